import assert from 'node:assert/strict';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { DirectoryArtifactStore } from '@triad/shared/artifacts/directory-artifact-store.ts';
import { childEnvironment } from '@triad/shared/config/child-environment.ts';
import { homeLayout } from '@triad/shared/config/home.ts';
import { InProcessJobs } from '@triad/shared/jobs/in-process-jobs.ts';
import { LocalProcessJobs } from '@triad/shared/jobs/local-process-jobs.ts';
import { RoutedJobs } from '@triad/shared/jobs/routed-jobs.ts';
import { ElapsingClock } from '../harness/elapsing-clock.ts';
import { everyCapability } from '../harness/every-capability.ts';
import { jobSpecWith } from '../harness/job-spec.ts';
import { recordingLogger } from '../harness/recording-logger.ts';
import { temporaryDirectory } from '../harness/temporary-directory.ts';
import { until } from '../harness/until.ts';
import { jobLauncherConformance } from './job-launcher.conformance.ts';

const program = resolve(import.meta.dirname, '../harness/jobs/scripted-job.ts');

/** The job `scripted` as a process, and `light` in this one. */
async function openHome() {
  const home = await temporaryDirectory();
  const layout = homeLayout(home);
  const artifacts = new DirectoryArtifactStore({ directory: layout.artifacts });
  const clock = new ElapsingClock();
  const { log } = recordingLogger();
  const another = () => {
    const processes = new LocalProcessJobs({
      directory: layout.jobs,
      programs: { scripted: { commandLine: [process.execPath, program], warm: 1 } },
      artifacts,
      clock,
      log,
      environment: childEnvironment({ TRIAD_HOME: home }),
      sampleMs: 50,
      killGraceMs: 300,
    });
    const light = new InProcessJobs({
      directory: join(layout.jobs, '.in-process'),
      jobs: { light: { name: 'light', handlers: { container: async () => ({}) } } },
      artifacts,
      clock,
      log,
      concurrency: 1,
    });
    return new RoutedJobs([processes, light]);
  };
  const elapse = (ms: number) => clock.elapse(ms);
  return { launcher: another(), artifacts, another, elapse, capabilities: everyCapability };
}

jobLauncherConformance('routed, process and in process', openHome);

test('each job goes to the launcher that has its name, and all are listed together', async () => {
  const { launcher } = await openHome();
  const specs = [
    jobSpecWith({ script: 'succeed' }),
    jobSpecWith({}, { job: 'light' }),
    jobSpecWith({ script: 'succeed' }),
  ];
  for (const spec of specs) await launcher.launch(spec);
  await until('all to end', async () => {
    const states = (await launcher.list(10)).map(({ state }) => state);
    return states.every((state) => state === 'succeeded') || undefined;
  });
  const names = (await launcher.list(10)).map(({ name }) => name);
  assert.deepEqual(names, specs.map(({ id }) => id).reverse());
  assert.deepEqual(launcher.jobNames, ['scripted', 'light']);
  await launcher.close();
});
