import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { describe, test } from 'node:test';
import { DirectoryArtifactStore } from '@triad/shared/artifacts/directory-artifact-store.ts';
import { systemClock } from '@triad/shared/clock/clock.ts';
import { childEnvironment } from '@triad/shared/config/child-environment.ts';
import { homeLayout } from '@triad/shared/config/home.ts';
import type { JobSpec } from '@triad/shared/contracts/job-spec.ts';
import type { JobView } from '@triad/shared/contracts/job-view.ts';
import { manifestPath, parseManifest } from '@triad/shared/contracts/manifest.ts';
import { LocalProcessJobs } from '@triad/shared/jobs/local-process-jobs.ts';
import { jobSpecWith } from '../harness/job-spec.ts';
import { lives } from '../harness/process-life.ts';
import { recordingLogger } from '../harness/recording-logger.ts';
import { temporaryDirectory } from '../harness/temporary-directory.ts';
import { until } from '../harness/until.ts';

const containerMain = resolve(import.meta.dirname, '../../shared/jobs/container/container-main.ts');

async function setUp() {
  const home = await temporaryDirectory();
  const { artifacts: directory, jobs: jobsDirectory } = homeLayout(home);
  const artifacts = new DirectoryArtifactStore({ directory });
  const jobs = new LocalProcessJobs({
    directory: jobsDirectory,
    programs: { container: { commandLine: [process.execPath, containerMain], warm: 0 } },
    artifacts,
    clock: systemClock,
    log: recordingLogger().log,
    environment: childEnvironment({ TRIAD_HOME: home, TRIAD_JOB: undefined, SECRET: 'hidden' }),
    sampleMs: 50,
    killGraceMs: 300,
  });
  const ends: JobView[] = [];
  jobs.onEnd((job) => ends.push(job));
  const endOf = (spec: JobSpec) =>
    until('the program to end', async () => ends.find(({ name }) => name === spec.id));
  const run = async (spec: JobSpec) => {
    await jobs.launch(spec);
    return endOf(spec);
  };
  const manifest = async (spec: JobSpec) => {
    const found = await artifacts.get(manifestPath(spec));
    return found && parseManifest(JSON.parse(found.body.toString()));
  };
  return { artifacts, jobs, endOf, run, manifest };
}

/** A step whose container runs this script of the shell. */
const step = (script: string, changes: Partial<JobSpec> = {}) =>
  jobSpecWith(
    {},
    {
      job: 'container',
      container: { image: 'score:1', command: ['sh', '-c', script], env: { GREETING: 'good day' } },
      ...changes,
    },
  );

describe('the program of a container step', { concurrency: 2 }, () => {
  test('leaves files, metrics and lists, which become the manifest', async () => {
    const { artifacts, run, manifest, jobs } = await setUp();
    const spec = step(
      `cd "$TRIAD_OUTPUT_DIR"; echo "$GREETING" > scores.csv; echo '{"auc": 0.75}' > metrics.json
       echo '{"regions": ["north", "south"]}' > lists.json`,
    );
    const end = await run(spec);
    assert.deepEqual([end.state, end.exitCode], ['succeeded', 0]);
    const found = await manifest(spec);
    const path = `runs/${spec.runId}/step/1/scores.csv`;
    assert.deepEqual(found?.outputs, [{ ...(await artifacts.digest(path)), name: 'scores' }]);
    assert.equal((await artifacts.get(path))?.body.toString(), 'good day\n');
    assert.deepEqual(found?.metrics, { auc: 0.75 });
    assert.deepEqual(found?.lists, { regions: ['north', 'south'] });
    assert.match(found?.notes.join() ?? '', /score:1/);
    await jobs.close();
  });

  test('may write its outputs and its manifest itself, which is then kept', async () => {
    const { run, manifest, jobs } = await setUp();
    const program = `
      const fs = require('node:fs');
      const spec = JSON.parse(process.env.TRIAD_JOB);
      const directory = process.env.TRIAD_ATTEMPT_DIR;
      fs.mkdirSync(directory, { recursive: true });
      const now = new Date().toISOString();
      fs.writeFileSync(directory + '/manifest.json', JSON.stringify({
        version: 1, commandId: spec.id, runDate: spec.runDate, outputs: [], tables: [],
        metrics: { own: 1 }, notes: [], lineage: { ...spec.pins, inputs: spec.inputs },
        startedAt: now, finishedAt: now,
      }));
      fs.writeFileSync(process.env.TRIAD_OUTPUT_DIR + '/left.txt', '');`;
    const spec = step('');
    const command = [process.execPath, '-e', program];
    const container = { image: 'score:1', command, env: {} };
    assert.equal((await run({ ...spec, container })).state, 'succeeded');
    const found = await manifest(spec);
    assert.deepEqual([found?.metrics, found?.outputs], [{ own: 1 }, []]);
    await jobs.close();
  });

  test('gets its arguments as they are, and of the environment only what is its own', async () => {
    const { run, jobs } = await setUp();
    const spec = step('');
    const command = ['env', 'A=$HOME; `id`', 'env'];
    const end = await run({ ...spec, container: { image: 'x', command, env: { B: '1' } } });
    assert.equal(end.error?.code, 'MANIFEST_MISSING');
    const log = (await jobs.logs(spec.id)) ?? '';
    const names = [...log.matchAll(/^(\w+)=/gm)].map(([, name]) => name);
    assert.match(log, /^A=\$HOME; `id`$/m);
    assert.deepEqual(
      names
        .filter((name) => name?.startsWith('TRIAD_') || name === 'B' || name === 'SECRET')
        .sort(),
      [
        'B',
        'TRIAD_ARTIFACTS',
        'TRIAD_ATTEMPT_DIR',
        'TRIAD_HEARTBEAT_FILE',
        'TRIAD_JOB',
        'TRIAD_OUTPUT_DIR',
      ],
    );
    await jobs.close();
  });

  const exits = [
    { script: 'exit 0', code: 0, expected: 'MANIFEST_MISSING' },
    { script: 'touch "$TRIAD_OUTPUT_DIR/a"; exit 3', code: 3, expected: 'JOB_EXITED' },
    { script: 'exit 75', code: 75, expected: 'JOB_TEMPFAIL' },
    { script: 'touch "$TRIAD_OUTPUT_DIR/A b.txt"', code: 1, expected: 'JOB_OUTPUT_INVALID' },
    { script: 'mkdir "$TRIAD_OUTPUT_DIR/a"', code: 1, expected: 'JOB_OUTPUT_INVALID' },
    {
      script: 'cd "$TRIAD_OUTPUT_DIR"; touch a.csv a.txt',
      code: 1,
      expected: 'JOB_OUTPUT_INVALID',
    },
    {
      script: 'echo "{\\"a\\":\\"b\\"}" > "$TRIAD_OUTPUT_DIR/metrics.json"',
      code: 1,
      expected: 'JOB_OUTPUT_INVALID',
    },
  ];
  for (const { script, code, expected } of exits) {
    test(`that does "${script}" ends as ${expected}, and succeeds with nothing`, async () => {
      const { run, manifest, jobs } = await setUp();
      const spec = step(script);
      const end = await run(spec);
      assert.deepEqual([end.state, end.exitCode, end.error?.code], ['failed', code, expected]);
      assert.equal(await manifest(spec), undefined);
      await jobs.close();
    });
  }

  test('that does not exist is JOB_UNSTARTABLE', async () => {
    const { run, jobs } = await setUp();
    const container = { image: 'x', command: ['no-such-program-at-all'], env: {} };
    const end = await run(step('', { container }));
    assert.deepEqual([end.state, end.error?.code], ['failed', 'JOB_UNSTARTABLE']);
    await jobs.close();
  });

  test('is ended by a cancellation with all it started, also when it ignores it', async () => {
    const { jobs, endOf } = await setUp();
    const spec = step(
      `trap '' TERM; sleep 600 & echo "child $!"; echo "began $$"; while :; do sleep 600; done`,
    );
    await jobs.launch(spec);
    const pids = await until('the program to begin', async () => {
      const found = [...((await jobs.logs(spec.id)) ?? '').matchAll(/^(?:began|child) (\d+)$/gm)];
      return found.length === 2 ? found.map((match) => Number(match[1])) : undefined;
    });
    await jobs.cancel(spec.id);
    assert.equal((await endOf(spec)).state, 'cancelled');
    assert.deepEqual(pids.map(lives), [false, false]);
    await jobs.close();
  });

  test('that somebody killed is lost', async () => {
    const { run, jobs } = await setUp();
    assert.equal((await run(step('kill -9 $$'))).state, 'lost');
    await jobs.close();
  });

  test('that gives no sign of life in time is ended, and another attempt may help', async () => {
    const { run, jobs } = await setUp();
    const end = await run(step('sleep 600', { limits: { startSeconds: 1 } }));
    assert.deepEqual(
      [end.state, end.error?.code, end.heartbeatAt],
      ['failed', 'JOB_START_TIMEOUT', null],
    );
    assert.equal(end.error?.retryable, true);
    await jobs.close();
  });

  test('that falls silent is ended, and one that beats is not', async () => {
    const { run, jobs } = await setUp();
    const limits = { startSeconds: 5, heartbeatSeconds: 1 };
    const beating = 'for i in 1 2 3 4 5; do touch "$TRIAD_HEARTBEAT_FILE"; sleep 0.3; done';
    const [silent, lively] = await Promise.all([
      run(step('touch "$TRIAD_HEARTBEAT_FILE"; sleep 600', { limits })),
      run(step(`${beating}; echo 1 > "$TRIAD_OUTPUT_DIR/done"`, { limits })),
    ]);
    assert.deepEqual([silent.state, silent.error?.code], ['failed', 'JOB_HEARTBEAT_LOST']);
    assert.ok(Date.parse(silent.heartbeatAt ?? '') >= Date.parse(silent.created));
    assert.equal(lively.state, 'succeeded');
    await jobs.close();
  });
});
