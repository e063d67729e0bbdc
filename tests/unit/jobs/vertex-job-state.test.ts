import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';
import type { CustomJob } from '@triad/shared/jobs/cloud/vertex-custom-job.ts';
import { cloudJobOf } from '@triad/shared/jobs/cloud/vertex-job-state.ts';

const at = (seconds: number) => ({ seconds: String(1_800_000_000 + seconds), nanos: 5e6 });
const job = (changes: CustomJob): CustomJob => ({
  name: 'projects/p/locations/l/customJobs/1',
  createTime: at(0),
  startTime: at(10),
  endTime: at(20),
  jobSpec: { scheduling: { timeout: { seconds: '60' }, strategy: 'STANDARD' } },
  ...changes,
});

const states: [CustomJob['state'], string][] = [
  [undefined, 'waiting'],
  ['JOB_STATE_UNSPECIFIED', 'waiting'],
  ['JOB_STATE_QUEUED', 'waiting'],
  ['JOB_STATE_PENDING', 'waiting'],
  ['JOB_STATE_RUNNING', 'running'],
  ['JOB_STATE_UPDATING', 'running'],
  ['JOB_STATE_PAUSED', 'running'],
  ['JOB_STATE_CANCELLING', 'running'],
  ['JOB_STATE_SUCCEEDED', 'succeeded'],
  ['JOB_STATE_PARTIALLY_SUCCEEDED', 'failed'],
  ['JOB_STATE_FAILED', 'failed'],
  ['JOB_STATE_EXPIRED', 'failed'],
  ['JOB_STATE_CANCELLED', 'cancelled'],
];
for (const [state, expected] of states) {
  test(`${state} is ${expected}`, () => {
    const shown = cloudJobOf(job({ state: state ?? null }));
    assert.equal(shown.state, expected);
    assert.equal(shown.isStopping, state === 'JOB_STATE_CANCELLING');
  });
}

test('these are all the states of the API', () => {
  const proto = resolve(
    import.meta.dirname,
    '../../../node_modules/@google-cloud/aiplatform/build/protos',
    'google/cloud/aiplatform/v1/job_state.proto',
  );
  const names = [...readFileSync(proto, 'utf8').matchAll(/^ {2}(JOB_STATE_\w+) = \d+/gm)];
  assert.deepEqual(
    names.map(([, name]) => name).sort(),
    states.flatMap(([state]) => state ?? []).sort(),
  );
});

test('times are read with their fractions', () => {
  const shown = cloudJobOf(job({ state: 'JOB_STATE_SUCCEEDED' }));
  assert.equal(shown.endedAt?.getTime(), 1_800_000_020_005);
  assert.equal(shown.exitCode, 0);
});

const exited = (code: string) =>
  `The replica workerpool0-0 exited with a non-zero status of ${code}. Termination reason: Error.`;
const exits: [string, number | null][] = [
  [exited('1'), 1],
  [exited('75'), 75],
  [exited('137'), null],
  [exited('200'), 200],
  [exited('9(SIGKILL)'), null],
  ['Internal error occurred.', null],
];
for (const [message, exitCode] of exits) {
  test(`"${message.slice(0, 60)}" is exit code ${exitCode}`, () => {
    const code = message.startsWith('Internal') ? 13 : 3;
    const shown = cloudJobOf(job({ state: 'JOB_STATE_FAILED', error: { code, message } }));
    assert.equal(shown.exitCode, exitCode);
    assert.equal(shown.error, undefined);
  });
}

const insufficient =
  'Resources are insufficient in region: us-central1. Please try a different region.';
const classes: [string, CustomJob, string][] = [
  [
    'quota',
    {
      error: {
        code: 8,
        message:
          'The following quota metrics exceed quota limits: aiplatform.googleapis.com/custom_model_training_cpus',
      },
    },
    'JOB_QUOTA',
  ],
  ['stockout', { error: { code: 8, message: insufficient }, startTime: null }, 'JOB_STOCKOUT'],
  ['expired', { state: 'JOB_STATE_EXPIRED', startTime: null }, 'JOB_STOCKOUT'],
  ['preempted', { error: { code: 14, message: 'The VM was preempted.' } }, 'JOB_PREEMPTED'],
  [
    'a stockout of a spot job that ran',
    {
      error: { code: 8, message: 'STOCKOUT' },
      jobSpec: { scheduling: { strategy: 'SPOT', timeout: { seconds: '60' } } },
    },
    'JOB_PREEMPTED',
  ],
  [
    'memory',
    {
      error: {
        code: 3,
        message:
          'The replica workerpool0-0 ran out-of-memory and exited with a non-zero status of 9(SIGKILL).',
      },
    },
    'JOB_MACHINE_MEMORY',
  ],
  [
    'image',
    { error: { code: 3, message: 'Failed to pull image europe/x:1: not found' } },
    'JOB_IMAGE_UNUSABLE',
  ],
  [
    'a container that cannot start',
    {
      error: {
        code: 3,
        message:
          'The replica workerpool0-0 exited with a non-zero status of 128. Termination reason: StartError.',
      },
    },
    'JOB_IMAGE_UNUSABLE',
  ],
  ['rights', { error: { code: 7, message: 'no actAs' } }, 'JOB_ACCESS_DENIED'],
  ['anything else it refuses', { error: { code: 9, message: 'no network' } }, 'JOB_REFUSED'],
  ['time limit', { state: 'JOB_STATE_CANCELLED', endTime: at(70) }, 'JOB_TIMEOUT'],
  ['cancelled', { state: 'JOB_STATE_CANCELLED' }, 'JOB_CANCELLED'],
];
for (const [name, changes, code] of classes) {
  test(`why it ended: ${name}`, () => {
    const shown = cloudJobOf(job({ state: 'JOB_STATE_FAILED', ...changes }));
    assert.equal(shown.error?.code, code);
    assert.equal(shown.exitCode, null);
  });
}
