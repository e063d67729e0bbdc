import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errorPath, manifestPath } from '@triad/shared/contracts/manifest.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import type { CloudJob } from '@triad/shared/jobs/cloud/cloud-job.ts';
import type { CloudJobRecord } from '@triad/shared/jobs/cloud/cloud-job-records.ts';
import { judgeCloudJob } from '@triad/shared/jobs/cloud/judge-cloud-job.ts';
import { jobSpecWith } from '../../harness/job-spec.ts';
import { MemoryArtifactStore } from '../../harness/memory-artifact-store.ts';

const container = { image: 'score:1', command: ['score'], env: {} };
const notStarted = new TriadError('JOB_IMAGE_UNUSABLE', {
  image: 'score:1',
  reason: 'Application failed to start: tini: no such file or directory',
});
const notThere = new TriadError('JOB_IMAGE_UNUSABLE', {
  image: 'score:1',
  reason: 'Image not found.',
});

const ended = (changes: Partial<CloudJob> = {}): CloudJob => ({
  name: 'jobs/1',
  specText: undefined,
  state: 'failed',
  isStopping: false,
  createdAt: undefined,
  endedAt: undefined,
  exitCode: null,
  error: undefined,
  ...changes,
});

/** What is said of the job of a container step, which may have left a file. */
async function judged(
  job: CloudJob | undefined,
  {
    left,
    body = '',
    stopping = null,
  }: {
    left?: typeof errorPath;
    body?: string;
    stopping?: CloudJobRecord['stopping'];
  } = {},
) {
  const artifacts = new MemoryArtifactStore();
  const spec = jobSpecWith({}, { job: 'container', container });
  if (left) await artifacts.put(left(spec), body);
  const record = { spec, stopping } as CloudJobRecord;
  const { state, exitCode, error } = await judgeCloudJob(artifacts, record, job);
  return [state, exitCode, error?.code];
}

const report = JSON.stringify(new TriadError('JOB_EXITED', { exitCode: 3 }).report());
const unwrapped = 'JOB_IMAGE_UNWRAPPED';

test('of an image that ended by itself and left nothing, the wrapper is missing', async () => {
  assert.deepEqual(await judged(ended({ exitCode: 127 })), ['failed', 127, unwrapped]);
  const done = ended({ state: 'succeeded', exitCode: 0 });
  assert.deepEqual(await judged(done), ['failed', 0, unwrapped]);
  assert.deepEqual(await judged(ended({ error: notStarted })), ['failed', null, unwrapped]);
});

test('what the wrapper or the program left tells how it ended', async () => {
  const exited = ended({ exitCode: 3 });
  const reported = await judged(exited, { left: errorPath, body: report });
  assert.deepEqual(reported, ['failed', 3, 'JOB_EXITED']);
  assert.deepEqual(await judged(exited, { left: manifestPath }), ['succeeded', 3, undefined]);
  const stopping = { state: 'cancelled', error: new TriadError('JOB_CANCELLED').report() } as const;
  assert.deepEqual(await judged(exited, { stopping }), ['cancelled', 3, 'JOB_CANCELLED']);
});

test('where the service knows better, or nobody knows, nothing is said of the wrapper', async () => {
  assert.deepEqual(await judged(ended()), ['lost', null, 'JOB_LOST']);
  assert.deepEqual(await judged(undefined), ['lost', null, 'JOB_LOST']);
  const missing = await judged(ended({ error: notThere }));
  assert.deepEqual(missing, ['failed', null, 'JOB_IMAGE_UNUSABLE']);
  const error = new TriadError('JOB_STOCKOUT', { service: 'Cloud Run', reason: 'full' });
  assert.deepEqual(await judged(ended({ error })), ['failed', null, 'JOB_STOCKOUT']);
});
