import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { DirectoryArtifactStore } from '@triad/shared/artifacts/directory-artifact-store.ts';
import { homeLayout } from '@triad/shared/config/home.ts';
import { manifestPath } from '@triad/shared/contracts/manifest.ts';
import { InProcessJobs } from '@triad/shared/jobs/in-process-jobs.ts';
import type { Job } from '@triad/shared/jobs/job.ts';
import { formatTraceparent } from '@triad/shared/tracing/span-context.ts';
import type { FinishedSpan } from '@triad/shared/tracing/tracer.ts';
import { ElapsingClock } from '../harness/elapsing-clock.ts';
import { jobSpecWith } from '../harness/job-spec.ts';
import { loggingScriptedJob as scripted } from '../harness/jobs/scripts.ts';
import { recordingLogger } from '../harness/recording-logger.ts';
import { temporaryDirectory } from '../harness/temporary-directory.ts';
import { until } from '../harness/until.ts';
import { jobLauncherConformance } from './job-launcher.conformance.ts';

async function openHome() {
  const home = homeLayout(await temporaryDirectory());
  const artifacts = new DirectoryArtifactStore({ directory: home.artifacts });
  const clock = new ElapsingClock();
  const spans: FinishedSpan[] = [];
  const tracer = { record: (span: FinishedSpan) => void spans.push(span), close: async () => {} };
  const launcherOf = (job: Job, concurrency = 8) =>
    new InProcessJobs({
      directory: join(home.jobs, '.in-process'),
      jobs: { scripted: job },
      artifacts,
      clock,
      log: recordingLogger().log,
      concurrency,
      tracer,
      graceMs: 300,
    });
  return { home, artifacts, launcherOf, spans, elapse: (ms: number) => clock.elapse(ms) };
}

jobLauncherConformance('in process', async () => {
  const { artifacts, launcherOf, elapse } = await openHome();
  const another = () => launcherOf(scripted);
  return { launcher: another(), artifacts, another, elapse };
});

/** A job whose steps end when the test says so, and not when they are asked to. */
function heldJob() {
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const job: Job = {
    name: 'scripted',
    handlers: {
      async container({ spec }) {
        begun.push(spec.id);
        await new Promise<void>((resolve) => ends.set(spec.id, resolve));
        return {};
      },
    },
  };
  return { job, begun, letGo: (id: string) => ends.get(id)?.() };
}

test('a job whose record a power cut damaged is done when it is asked for again', async () => {
  const { home, artifacts, launcherOf } = await openHome();
  const spec = jobSpecWith({ script: 'succeed' }, { job: 'scripted' });
  const first = launcherOf(scripted);
  await first.launch(spec);
  await until('its manifest', () => artifacts.stat(manifestPath(spec)));
  await first.close();
  await writeFile(join(home.jobs, '.in-process', spec.id, 'job.json'), '');
  await artifacts.deletePrefix(`runs/${spec.runId}/`);
  const second = launcherOf(scripted);
  await second.adopt();
  assert.equal(await second.get(spec.id), undefined);
  assert.equal((await second.launch(spec)).started, true);
  await until('its manifest', () => artifacts.stat(manifestPath(spec)));
  await second.close();
});

test('no more jobs are done at a time than may be; the others wait their turn', async () => {
  const { launcherOf } = await openHome();
  const { job, begun, letGo } = heldJob();
  const jobs = launcherOf(job, 2);
  const specs = [1, 2, 3, 4].map(() => jobSpecWith({}));
  const [first, second, third, fourth] = specs.map(({ id }) => id);
  for (const spec of specs) await jobs.launch(spec);
  await until('two to begin', async () => begun.length === 2 || undefined);
  assert.deepEqual(begun.toSorted(), [first, second]);
  await jobs.cancel(third ?? '');
  letGo(second ?? '');
  await until('the last to begin', async () => begun.length === 3 || undefined);
  assert.deepEqual(begun.toSorted(), [first, second, fourth]);
  assert.equal((await jobs.get(third ?? ''))?.state, 'cancelled');
  await jobs.close();
});

test('a job that does not stop when asked counts as ended, and can no longer succeed', async () => {
  const { launcherOf, artifacts } = await openHome();
  const { job, begun, letGo } = heldJob();
  const jobs = launcherOf(job, 1);
  const stuck = jobSpecWith({});
  const next = jobSpecWith({});
  for (const spec of [stuck, next]) await jobs.launch(spec);
  await until('it to begin', async () => begun.length === 1 || undefined);
  await jobs.cancel(stuck.id);
  await until('the next to begin', async () => begun.length === 2 || undefined);
  assert.equal((await jobs.get(stuck.id))?.state, 'cancelled');
  for (const { id } of [stuck, next]) letGo(id);
  await until('the next to end', async () => {
    return (await jobs.get(next.id))?.state === 'succeeded' || undefined;
  });
  assert.equal(await artifacts.stat(manifestPath(stuck)), undefined);
  await jobs.close();
});

test('each job that is done has a span under the one that launched it', async () => {
  const { launcherOf, spans } = await openHome();
  const jobs = launcherOf(scripted);
  const parent = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) };
  const specs = [jobSpecWith({ script: 'succeed' }), jobSpecWith({ script: 'fail' })];
  for (const spec of specs) await jobs.launch(spec, formatTraceparent(parent));
  await until('both to end', async () => spans.length === 2 || undefined);
  for (const [index, spec] of specs.entries()) {
    const span = spans.find(({ attributes }) => attributes['triad.run'] === spec.runId);
    assert.equal(span?.name, 'job scripted container');
    assert.deepEqual(span?.parent, parent);
    assert.equal(span?.error === undefined, index === 0);
  }
  await jobs.close();
});
