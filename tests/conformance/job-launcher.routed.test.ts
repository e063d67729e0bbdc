import assert from 'node:assert/strict';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { DirectoryArtifactStore } from '@triad/shared/artifacts/directory-artifact-store.ts';
import { childEnvironment } from '@triad/shared/config/child-environment.ts';
import { homeLayout } from '@triad/shared/config/home.ts';
import type { JobView } from '@triad/shared/contracts/job-view.ts';
import { InProcessJobs } from '@triad/shared/jobs/in-process-jobs.ts';
import { LocalProcessJobs } from '@triad/shared/jobs/local-process-jobs.ts';
import { RoutedJobs } from '@triad/shared/jobs/routed-jobs.ts';
import { ElapsingClock } from '../harness/elapsing-clock.ts';
import { pidsOf } from '../harness/job-pids.ts';
import { jobSpecWith } from '../harness/job-spec.ts';
import { loggingScriptedJob as scripted } from '../harness/jobs/scripts.ts';
import { recordingLogger } from '../harness/recording-logger.ts';
import { temporaryDirectory } from '../harness/temporary-directory.ts';
import { until } from '../harness/until.ts';
import { jobLauncherConformance } from './job-launcher.conformance.ts';

const program = resolve(import.meta.dirname, '../harness/jobs/scripted-job.ts');

/**
 * The job `heavy` as a process, and `scripted`, which the conformance suite asks for, in this one:
 * what a process can do is the affair of its own launcher and suite.
 */
async function openHome() {
  const home = await temporaryDirectory();
  const layout = homeLayout(home);
  const artifacts = new DirectoryArtifactStore({ directory: layout.artifacts });
  const clock = new ElapsingClock();
  const { log } = recordingLogger();
  const another = () => {
    const processes = new LocalProcessJobs({
      directory: layout.jobs,
      programs: { heavy: { commandLine: [process.execPath, program], warm: 0 } },
      artifacts,
      clock,
      log,
      environment: childEnvironment({ TRIAD_HOME: home }),
      sampleMs: 50,
      killGraceMs: 300,
    });
    const light = new InProcessJobs({
      directory: join(layout.jobs, '.in-process'),
      jobs: { scripted },
      artifacts,
      clock,
      log,
      concurrency: 8,
      graceMs: 300,
    });
    return new RoutedJobs([processes, light]);
  };
  const elapse = (ms: number) => clock.elapse(ms);
  return { launcher: another(), artifacts, another, elapse };
}

jobLauncherConformance('routed, process and in process', openHome);

test('each job goes to the launcher that has its name, and all are listed together', async () => {
  const { launcher } = await openHome();
  const specs = [
    jobSpecWith({ script: 'succeed' }, { job: 'heavy' }),
    jobSpecWith({ script: 'succeed' }),
    jobSpecWith({ script: 'succeed' }, { job: 'heavy' }),
  ];
  for (const spec of specs) await launcher.launch(spec);
  await until('all to end', async () => {
    const states = (await launcher.list(10)).map(({ state }) => state);
    return states.every((state) => state === 'succeeded') || undefined;
  });
  const names = (await launcher.list(10)).map(({ name }) => name);
  assert.deepEqual(names, specs.map(({ id }) => id).reverse());
  assert.deepEqual(launcher.jobNames, ['heavy', 'scripted']);
  await launcher.close();
});

test('each launcher adopts its own jobs after a restart, and ends them', async () => {
  const { launcher, another } = await openHome();
  const heavy = jobSpecWith({ script: 'obedient' }, { job: 'heavy' });
  const light = jobSpecWith({ script: 'obedient' });
  for (const spec of [heavy, light]) {
    await launcher.launch(spec);
    await pidsOf(launcher, spec);
  }
  await launcher.close();
  const next = another();
  const ends: JobView[] = [];
  next.onEnd((job) => ends.push(job));
  assert.deepEqual(
    (await next.adopt()).map(({ name, state }) => [name, state]),
    [[light.id, 'lost']],
  );
  assert.equal((await next.launch(heavy)).started, false);
  await next.cancel(heavy.id);
  const end = await until('the end', async () => ends[0]);
  assert.deepEqual([end.name, end.state], [heavy.id, 'cancelled']);
  await next.close();
});
