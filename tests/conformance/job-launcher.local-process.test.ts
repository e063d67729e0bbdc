import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { DirectoryArtifactStore } from '@triad/shared/artifacts/directory-artifact-store.ts';
import { childEnvironment } from '@triad/shared/config/child-environment.ts';
import { homeLayout } from '@triad/shared/config/home.ts';
import type { JobSpec } from '@triad/shared/contracts/job-spec.ts';
import type { JobView } from '@triad/shared/contracts/job-view.ts';
import { jobFolder } from '@triad/shared/jobs/job-folder.ts';
import { parseRecord } from '@triad/shared/jobs/job-records.ts';
import type { JobProgram } from '@triad/shared/jobs/job-starter.ts';
import { LocalProcessJobs } from '@triad/shared/jobs/local-process-jobs.ts';
import { readProcessTable } from '@triad/shared/jobs/process-table.ts';
import { spawnGated } from '@triad/shared/jobs/spawn-job-process.ts';
import { ElapsingClock } from '../harness/elapsing-clock.ts';
import { jobSpecWith } from '../harness/job-spec.ts';
import { recordingLogger } from '../harness/recording-logger.ts';
import { temporaryDirectory } from '../harness/temporary-directory.ts';
import { TraceCollector } from '../harness/trace-collector.ts';
import { until } from '../harness/until.ts';
import { jobLauncherConformance } from './job-launcher.conformance.ts';

const scripted = [
  process.execPath,
  resolve(import.meta.dirname, '../harness/jobs/scripted-job.ts'),
];

async function openHome(variables: Record<string, string> = {}) {
  const home = await temporaryDirectory();
  const { artifacts: artifactsDirectory, jobs: directory } = homeLayout(home);
  const artifacts = new DirectoryArtifactStore({ directory: artifactsDirectory });
  const clock = new ElapsingClock();
  const { log, lines } = recordingLogger();
  const launcherOf = (programs: Record<string, JobProgram>) =>
    new LocalProcessJobs({
      directory,
      programs,
      artifacts,
      clock,
      log,
      environment: childEnvironment({ TRIAD_HOME: home, ...variables }),
      sampleMs: 50,
      killGraceMs: 300,
    });
  return { directory, artifacts, launcherOf, lines, elapse: (ms: number) => clock.elapse(ms) };
}

for (const warm of [0, 1]) {
  jobLauncherConformance(`local process with ${warm} warm`, async () => {
    const { artifacts, launcherOf, elapse } = await openHome();
    const another = () => launcherOf({ scripted: { commandLine: scripted, warm } });
    return { launcher: another(), artifacts, another, elapse };
  });
}

/** Pids of the processes that this one started. */
const children = () =>
  [...readProcessTable().values()]
    .filter(({ parent }) => parent === process.pid)
    .map(({ pid }) => pid);

const endsOf = (jobs: LocalProcessJobs) => {
  const ends: JobView[] = [];
  jobs.onEnd((job) => ends.push(job));
  return (spec: JobSpec) =>
    until('the job to end', async () => ends.find(({ name }) => name === spec.id));
};

test('a job is given to the process that waits', async () => {
  const { directory, launcherOf } = await openHome();
  const jobs = launcherOf({ scripted: { commandLine: scripted, warm: 1 } });
  const end = endsOf(jobs);
  await jobs.warmUp();
  const waiting = children();
  const spec = jobSpecWith({ script: 'succeed' });
  await jobs.launch(spec);
  await end(spec);
  const record = parseRecord(await readFile(jobFolder(directory, spec.id).record, 'utf8'));
  assert.deepEqual([record.process?.pid], waiting);
  await jobs.close();
});

test('a place in the pool is filled again, and closing ends the processes that wait', async () => {
  const { launcherOf } = await openHome();
  const jobs = launcherOf({ scripted: { commandLine: scripted, warm: 2 } });
  const end = endsOf(jobs);
  await jobs.warmUp();
  const spec = jobSpecWith({ script: 'succeed' });
  await jobs.launch(spec);
  await end(spec);
  await jobs.warmUp();
  const waiting = children();
  assert.equal(waiting.length, 2);
  await jobs.close();
  assert.deepEqual(children(), []);
});

test('a program that does not start makes the check fail, and its jobs', async () => {
  const { directory, launcherOf } = await openHome();
  const broken = join(directory, 'broken.mjs');
  await mkdir(directory, { recursive: true });
  await writeFile(broken, "throw new Error('broken on load')");
  const jobs = launcherOf({ scripted: { commandLine: [process.execPath, broken], warm: 1 } });
  await jobs.warmUp();
  await until('the death to be noticed', () =>
    jobs.check().then(
      () => undefined,
      () => true,
    ),
  );
  await assert.rejects(jobs.check(), (error: Error) => {
    assert.match(error.message, /process of job scripted ended with exit code 1/);
    return 'code' in error && error.code === 'WORKER_DIED';
  });
  const end = endsOf(jobs);
  const spec = jobSpecWith({ script: 'succeed' });
  await jobs.launch(spec);
  assert.equal((await end(spec)).state, 'failed');
  assert.match((await jobs.logs(spec.id)) ?? '', /broken on load/);
  await jobs.close();
});

test('a program that does not exist is JOB_UNSTARTABLE', async () => {
  const { launcherOf } = await openHome();
  const jobs = launcherOf({ scripted: { commandLine: ['no-such-program-at-all'], warm: 0 } });
  const end = endsOf(jobs);
  const spec = jobSpecWith({});
  await jobs.launch(spec);
  const { state, error } = await end(spec);
  assert.equal(state, 'failed');
  assert.equal(error?.code, 'JOB_UNSTARTABLE');
  assert.match(error?.message ?? '', /no-such-program-at-all .*ENOENT/);
  await jobs.close();
});

test('any program can be a job: it gets its spec in TRIAD_JOB', async () => {
  const { launcherOf } = await openHome();
  const program = ['sh', '-c', 'echo "$TRIAD_JOB"; exit 75'];
  const jobs = launcherOf({ scripted: { commandLine: program, warm: 0 } });
  const end = endsOf(jobs);
  const spec = jobSpecWith({ quote: 'it\'s "quoted" $HOME' });
  await jobs.launch(spec);
  assert.equal((await end(spec)).error?.code, 'JOB_TEMPFAIL');
  assert.deepEqual(JSON.parse((await jobs.logs(spec.id)) ?? ''), spec);
  await jobs.close();
});

test('any program learns the span that started it from TRACEPARENT', async () => {
  const { launcherOf } = await openHome();
  const program = ['sh', '-c', 'echo "$TRACEPARENT"'];
  const jobs = launcherOf({ scripted: { commandLine: program, warm: 0 } });
  const end = endsOf(jobs);
  const spec = jobSpecWith({});
  const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
  await jobs.launch(spec, traceparent);
  await end(spec);
  assert.equal((await jobs.logs(spec.id))?.trim(), traceparent);
  await jobs.close();
});

for (const warm of [0, 1]) {
  test(`the span of a job lies under the one that launched it, with ${warm} warm`, async () => {
    const collector = await TraceCollector.start();
    const { launcherOf } = await openHome({ TRIAD_OTLP_URL: collector.url });
    const jobs = launcherOf({ scripted: { commandLine: scripted, warm } });
    await jobs.warmUp();
    const end = endsOf(jobs);
    const spec = jobSpecWith({ script: 'fail' });
    await jobs.launch(spec, `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`);
    assert.equal((await end(spec)).error?.code, 'SQL_INVALID');
    // It was sent before the job ended.
    assert.deepEqual(
      collector.spans.map(({ name, parentSpanId, status }) => [name, parentSpanId, status.code]),
      [['job scripted container', 'b'.repeat(16), 2]],
    );
    await jobs.close();
    await collector.close();
  });
}

test('a collector that does not answer does not change how a job ends', async () => {
  const { launcherOf } = await openHome({ TRIAD_OTLP_URL: 'http://127.0.0.1:1/v1/traces' });
  const jobs = launcherOf({ scripted: { commandLine: scripted, warm: 0 } });
  const end = endsOf(jobs);
  const spec = jobSpecWith({ script: 'succeed' });
  await jobs.launch(spec);
  assert.equal((await end(spec)).state, 'succeeded');
  await jobs.close();
});

test('a pid that was given to another process is not taken for the job', async () => {
  const { directory, launcherOf } = await openHome();
  const spec = jobSpecWith({});
  const folder = join(directory, spec.id);
  const first = launcherOf({ scripted: { commandLine: ['sleep', '60'], warm: 0 } });
  await first.launch(spec);
  await first.close();
  const record = parseRecord(await readFile(join(folder, 'job.json'), 'utf8'));
  assert.ok(record.process);
  process.kill(record.process.pid, 'SIGKILL');
  record.process.pid = process.pid;
  await writeFile(join(folder, 'job.json'), JSON.stringify(record));
  const next = launcherOf({});
  assert.deepEqual(
    (await next.adopt()).map(({ name, state }) => ({ name, state })),
    [{ name: spec.id, state: 'lost' }],
  );
  await next.close();
});

test('the scratch directory of a job that was killed is removed', async () => {
  const { directory, launcherOf } = await openHome();
  const program = ['sh', '-c', `mkdir -p ${directory}/*/scratch; kill -9 $$`];
  const jobs = launcherOf({ scripted: { commandLine: program, warm: 0 } });
  const end = endsOf(jobs);
  const spec = jobSpecWith({});
  await jobs.launch(spec);
  assert.equal((await end(spec)).state, 'lost');
  await assert.rejects(readFile(join(directory, spec.id, 'scratch')), { code: 'ENOENT' });
  await jobs.close();
});

test('what the waiting processes of a launcher that died left is removed', async () => {
  const { directory, launcherOf } = await openHome();
  await mkdir(join(directory, '.pool/launcher-dead'), { recursive: true });
  await writeFile(join(directory, '.pool/launcher-dead/scripted-1.log'), 'left');
  const jobs = launcherOf({ scripted: { commandLine: scripted, warm: 1 } });
  await jobs.warmUp();
  await jobs.adopt();
  assert.equal((await readdir(join(directory, '.pool'))).includes('launcher-dead'), false);
  const end = endsOf(jobs);
  const spec = jobSpecWith({ script: 'succeed' });
  await jobs.launch(spec);
  assert.equal((await end(spec)).state, 'succeeded');
  await jobs.close();
  assert.deepEqual(await readdir(join(directory, '.pool')), []);
});

test('a process whose launcher dies before it is recorded never becomes the program', async () => {
  const marker = join(await temporaryDirectory(), 'began');
  const logFile = `${marker}.log`;
  const environment = childEnvironment({});
  const gated = await spawnGated({ commandLine: ['touch', marker], environment, logFile });
  gated.child.stdin?.destroy();
  assert.equal(await gated.exited, 1);
  await assert.rejects(readFile(marker), { code: 'ENOENT' });
});

test('what a step asks of its machine is told once, and makes no difference', async () => {
  const { launcherOf, lines } = await openHome();
  const jobs = launcherOf({ scripted: { commandLine: scripted, warm: 0 } });
  const end = endsOf(jobs);
  const accelerator = { type: 'NVIDIA_L4', count: 1 };
  const resources = { memoryMiB: 512, timeLimitSeconds: 60, accelerator, spot: true };
  for (const spec of [1, 2].map(() => jobSpecWith({ script: 'succeed' }, { resources }))) {
    await jobs.launch(spec);
    assert.equal((await end(spec)).state, 'succeeded');
  }
  const told = lines.filter(({ message }) => message.includes('accelerator'));
  assert.deepEqual(
    told.map(({ fields }) => fields),
    [{ machine: undefined, accelerator, spot: true }],
  );
  await jobs.close();
});
