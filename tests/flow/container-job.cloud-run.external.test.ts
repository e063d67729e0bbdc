import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import { after, describe, test } from 'node:test';
import { CloudStorageArtifactStore } from '@triad/shared/artifacts/cloud-storage-artifact-store.ts';
import { systemClock } from '@triad/shared/clock/clock.ts';
import type { JobSpec } from '@triad/shared/contracts/job-spec.ts';
import { errorPath, manifestPath, parseManifest } from '@triad/shared/contracts/manifest.ts';
import { pipelineStep } from '@triad/shared/contracts/pipeline.ts';
import { resources } from '@triad/shared/contracts/resources.ts';
import type { RunPlan } from '@triad/shared/contracts/run-plan.ts';
import { CloudRunJobs } from '@triad/shared/jobs/cloud/cloud-run-jobs.ts';
import { jobsByResources } from '@triad/shared/jobs/cloud/jobs-by-resources.ts';
import { VertexJobs } from '@triad/shared/jobs/cloud/vertex-jobs.ts';
import type { ResultHistory } from '@triad/shared/state/result-history.ts';
import { verifyAttempt } from '../../orchestrator/verify/verify-attempt.ts';
import { JobsEmulator } from '../emulators/jobs/jobs-emulator.ts';
import { startCloudStorage } from '../harness/external/cloud-storage.ts';
import { jobSpecWith } from '../harness/job-spec.ts';
import { endsOf } from '../harness/jobs/cloud-jobs.ts';
import { recordingLogger } from '../harness/recording-logger.ts';
import { temporaryDirectory } from '../harness/temporary-directory.ts';
import { until } from '../harness/until.ts';

const repository = resolve(import.meta.dirname, '../..');
const image = 'europe-docker.pkg.dev/shop/models/score:1';
/** An image that is not built on Triad's. */
const bare = 'europe-docker.pkg.dev/shop/models/bare:1';

const storage = await startCloudStorage();
const bucket = await storage.createBucket();
const home = await temporaryDirectory();
const artifacts = new CloudStorageArtifactStore({
  bucket,
  prefix: 'main',
  endpoint: storage.url,
  cacheDirectory: await temporaryDirectory(),
  clock: systemClock,
});
const emulator = await JobsEmulator.start({
  images: {
    [image]: {
      files: {
        '/usr/local/bin/tini': join(repository, 'tests/emulators/jobs/tini.sh'),
        '/usr/local/bin/node': process.execPath,
        '/triad': repository,
      },
    },
    [bare]: { files: {} },
  },
  environment: { TMPDIR: process.env.TMPDIR, OF_THE_IMAGE: 'here' },
  graceMs: 5000,
});
const options = {
  project: 'shop',
  location: 'europe-west4',
  endpoint: emulator.endpoint,
  images: { container: { image: 'europe-docker.pkg.dev/shop/triad/container:1' } },
  environment: {
    TRIAD_PROFILE: 'gcp',
    TRIAD_GCP_PROJECT: 'shop',
    TRIAD_GCP_REGION: 'europe-west4',
    TRIAD_NAMESPACE: 'main',
    TRIAD_BUCKET: bucket,
    TRIAD_CLOUD_STORAGE_ENDPOINT: storage.url,
    TRIAD_HOME: home,
  },
  artifacts,
  clock: systemClock,
  log: recordingLogger().log,
  pollMs: 50,
  readLog: async ({ resource }: { resource: string }) => emulator.log(resource),
};
const jobs = jobsByResources(new VertexJobs(options), new CloudRunJobs(options));
const endOf = endsOf(jobs);
after(async () => {
  await jobs.close();
  await emulator.stop();
});

/** A step whose container runs this script of the shell. */
const step = (script: string, changes: Partial<JobSpec> = {}) =>
  jobSpecWith(
    {},
    {
      job: 'container',
      container: { image, command: ['sh', '-c', script], env: { GREETING: 'good day' } },
      ...changes,
    },
  );

async function run(spec: JobSpec) {
  await jobs.launch(spec);
  return endOf(spec);
}

async function manifestOf(spec: JobSpec) {
  const found = await artifacts.get(manifestPath(spec));
  return found && parseManifest(JSON.parse(found.body.toString()));
}

/** What an earlier step left in the bucket. */
async function inputOf(text: string) {
  const sha256 = createHash('sha256').update(text).digest('hex');
  const path = `runs/01h/snapshot/1/${sha256.slice(0, 8)}.csv`;
  await artifacts.put(path, text);
  return { name: 'orders', step: 'snapshot', path, bytes: text.length, sha256 };
}

const accelerator = { type: 'NVIDIA_L4', count: 1 };
const places: Record<string, Partial<JobSpec>> = {
  'Cloud Run': {},
  'Vertex AI': { resources: { ...resources.parse({}), accelerator } },
};

describe('the program of a container step in the cloud', { concurrency: 3 }, () => {
  for (const [place, changes] of Object.entries(places)) {
    test(`finds its inputs and leaves outputs, as a job of ${place}`, async () => {
      const input = await inputOf(`of ${place}`);
      const spec = step(
        `set -e
         cp "$TRIAD_ARTIFACTS/${input.path}" "$TRIAD_OUTPUT_DIR/scores.csv"
         echo "$GREETING $OF_THE_IMAGE" > "$TRIAD_OUTPUT_DIR/greeting.txt"
         echo '{"auc": 0.75}' > "$TRIAD_OUTPUT_DIR/metrics.json"
         echo '{"regions": ["north"]}' > "$TRIAD_OUTPUT_DIR/lists.json"
         pwd; env`,
        { inputs: [input], ...changes },
      );
      const end = await run(spec);
      const log = (await jobs.logs(spec.id)) ?? '';
      assert.deepEqual([end.state, end.exitCode], ['succeeded', 0], log);
      const found = await manifestOf(spec);
      const prefix = `runs/${spec.runId}/step/1`;
      assert.deepEqual(
        found?.outputs.map(({ name, path, sha256 }) => [name, path, sha256 === input.sha256]),
        [
          ['greeting', `${prefix}/greeting.txt`, false],
          ['scores', `${prefix}/scores.csv`, true],
        ],
      );
      const greeting = await artifacts.get(`${prefix}/greeting.txt`);
      assert.equal(greeting?.body.toString(), 'good day here\n');
      assert.deepEqual([found?.metrics, found?.lists], [{ auc: 0.75 }, { regions: ['north'] }]);
      assert.deepEqual([found?.notes, found?.lineage.inputs], [[], [input]]);
      assert.match(log, new RegExp(`^${process.cwd()}$`, 'm'));
      const names = [...log.matchAll(/^(TRIAD_\w+|TRACEPARENT)=/gm)].map(([, name]) => name);
      assert.deepEqual(names.sort(), [
        'TRIAD_ARTIFACTS',
        'TRIAD_ATTEMPT_DIR',
        'TRIAD_HEARTBEAT_FILE',
        'TRIAD_JOB',
        'TRIAD_OUTPUT_DIR',
      ]);
      const ran = emulator.jobs.find(({ job }) => job.order.env.some(isOf(spec)));
      assert.equal(ran?.job.order.image, image);
      assert.equal(ran.name.includes('/customJobs/'), place === 'Vertex AI');
    });
  }

  test('gets a spec that is too long for a variable of the service', async () => {
    const program = `
      const { params } = JSON.parse(process.env.TRIAD_JOB);
      const metrics = JSON.stringify({ 'text.length': params.text.length });
      require('node:fs').writeFileSync(process.env.TRIAD_OUTPUT_DIR + '/metrics.json', metrics);`;
    const container = { image, command: [process.execPath, '-e', program], env: {} };
    const spec = step('', { container, params: { text: 'x'.repeat(100_000) } });
    const { state, error } = await run(spec);
    assert.deepEqual([state, error], ['succeeded', null]);
    assert.deepEqual((await manifestOf(spec))?.metrics, { 'text.length': 100_000 });
  });

  test('is not started with a spec that is longer than any variable', async () => {
    const { state, error } = await run(step('true', { params: { text: 'x'.repeat(140_000) } }));
    assert.deepEqual([state, error?.code], ['failed', 'JOB_UNSTARTABLE']);
    assert.match(error?.message ?? '', /E2BIG/);
  });

  test('may write its outputs and its manifest itself, which are then kept', async () => {
    const program = `
      const fs = require('node:fs');
      const spec = JSON.parse(process.env.TRIAD_JOB);
      const folder = process.env.TRIAD_ATTEMPT_DIR;
      fs.mkdirSync(folder + '/parts');
      fs.writeFileSync(folder + '/parts/model.bin', 'weights');
      const sha256 = require('node:crypto').hash('sha256', 'weights');
      const path = ['runs', spec.runId, spec.step, spec.attempt, 'parts/model.bin'].join('/');
      const now = new Date().toISOString();
      fs.writeFileSync(folder + '/manifest.json', JSON.stringify({
        version: 1, commandId: spec.id, runDate: spec.runDate, tables: [],
        outputs: [{ name: 'model', path, bytes: 7, sha256 }],
        metrics: { own: 1 }, notes: [], lineage: { ...spec.pins, inputs: spec.inputs },
        startedAt: now, finishedAt: now,
      }));
      process.exit(3);`;
    const spec = step('');
    const command = [process.execPath, '-e', program];
    const end = await run({ ...spec, container: { image, command, env: {} } });
    // The manifest is the truth, whatever the exit code says.
    assert.deepEqual([end.state, end.exitCode], ['succeeded', 3]);
    const found = await manifestOf(spec);
    assert.deepEqual(found?.metrics, { own: 1 });
    const [output] = found?.outputs ?? [];
    assert.ok(output);
    const stored = await artifacts.digest(output.path);
    assert.deepEqual([stored?.bytes, stored?.sha256], [output.bytes, output.sha256]);
  });

  test('that names an output which is not there is not done, as the orchestrator finds', async () => {
    const program = `
      const spec = JSON.parse(process.env.TRIAD_JOB);
      const folder = process.env.TRIAD_ATTEMPT_DIR;
      const path = ['runs', spec.runId, spec.step, spec.attempt, 'model.bin'].join('/');
      const now = new Date().toISOString();
      require('node:fs').writeFileSync(folder + '/manifest.json', JSON.stringify({
        version: 1, commandId: spec.id, runDate: spec.runDate, tables: [], metrics: {}, notes: [],
        outputs: [{ name: 'model', path, bytes: 7, sha256: 'a'.repeat(64) }],
        lineage: { ...spec.pins, inputs: spec.inputs }, startedAt: now, finishedAt: now,
      }));`;
    const command = [process.execPath, '-e', program];
    const spec = step('', { container: { image, command, env: {} } });
    assert.equal((await run(spec)).state, 'succeeded');
    const done = pipelineStep.parse({ name: 'step', kind: 'container', container: spec.container });
    const plan = { runDate: spec.runDate } as RunPlan;
    const history = {} as ResultHistory;
    await assert.rejects(verifyAttempt({ artifacts, history }, spec, done, plan), {
      code: 'MANIFEST_MISMATCH',
      message: /no such file/,
    });
  });

  const exits: { what: string; script: string; code: number; expected: string }[] = [
    { what: 'fails', script: 'exit 3', code: 3, expected: 'JOB_EXITED' },
    { what: 'is not found by a shell', script: 'exit 127', code: 127, expected: 'JOB_EXITED' },
    { what: 'asks for another try', script: 'exit 75', code: 75, expected: 'JOB_TEMPFAIL' },
    { what: 'leaves nothing', script: 'exit 0', code: 0, expected: 'MANIFEST_MISSING' },
    {
      what: 'leaves what can be no output',
      script: 'touch "$TRIAD_OUTPUT_DIR/A b.txt"',
      code: 1,
      expected: 'JOB_OUTPUT_INVALID',
    },
    {
      what: 'leaves a report of its own',
      script: `cd "$TRIAD_ATTEMPT_DIR"; echo '{"code":"BAD_DAY","message":"no","fix":"wait","retryable":true}' > error.json; exit 9`,
      code: 9,
      expected: 'BAD_DAY',
    },
  ];
  for (const { what, script, code, expected } of exits) {
    test(`one that ${what} ends as ${expected}, and succeeds with nothing`, async () => {
      const spec = step(script);
      const end = await run(spec);
      assert.deepEqual([end.state, end.exitCode, end.error?.code], ['failed', code, expected]);
      assert.equal(await manifestOf(spec), undefined);
    });
  }

  test('one that does not exist in its image is JOB_UNSTARTABLE', async () => {
    const container = { image, command: ['no-such-program-at-all'], env: {} };
    const end = await run(step('', { container }));
    assert.deepEqual([end.state, end.error?.code], ['failed', 'JOB_UNSTARTABLE']);
  });

  test('one whose input is gone, or was changed, is not started', async () => {
    const input = await inputOf('what was written');
    const gone = step('echo started', { inputs: [{ ...input, path: 'runs/01h/a/1/gone.csv' }] });
    const other = step('echo started', { inputs: [{ ...input, sha256: 'a'.repeat(64) }] });
    for (const [spec, code] of [
      [gone, 'ARTIFACT_MISSING'],
      [other, 'MANIFEST_MISMATCH'],
    ] as const) {
      const end = await run(spec);
      assert.deepEqual([end.state, end.error?.code], ['failed', code]);
      assert.doesNotMatch((await jobs.logs(spec.id)) ?? '', /^started$/m);
    }
  });

  for (const [place, changes] of Object.entries(places)) {
    test(`an image without Triad in it is told so, as a job of ${place}`, async () => {
      const container = { image: bare, command: ['score'], env: {} };
      const spec = step('', { ...changes, container });
      const { state, exitCode, error } = await run(spec);
      assert.deepEqual([state, exitCode, error?.code], ['failed', 127, 'JOB_IMAGE_UNWRAPPED']);
      assert.match(error?.message ?? '', /models\/bare:1 .* exit code 127$/);
      assert.equal(error?.retryable, false);
      assert.equal(await artifacts.stat(errorPath(spec)), undefined);
    });
  }

  test('one that is cancelled is asked to end, and is cancelled', async () => {
    const spec = step(`trap 'echo asked; exit 1' TERM; echo began; while :; do sleep 0.1; done`);
    await jobs.launch(spec);
    await until('the program to begin', async () =>
      /^began$/m.test((await jobs.logs(spec.id)) ?? '') ? true : undefined,
    );
    await jobs.cancel(spec.id);
    assert.equal((await endOf(spec)).state, 'cancelled');
    assert.match((await jobs.logs(spec.id)) ?? '', /^asked$/m);
  });
});

const isOf =
  ({ id }: JobSpec) =>
  ({ name, value = '' }: { name: string; value?: string }) =>
    name === 'TRIAD_JOB' && JSON.parse(value).id === id;
