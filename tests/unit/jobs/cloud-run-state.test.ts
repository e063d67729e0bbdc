import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  cloudJobOf,
  type RunExecution,
  type RunTask,
} from '@triad/shared/jobs/cloud/cloud-run-state.ts';

const at = (seconds: number) => ({ seconds: String(1_800_000_000 + seconds), nanos: 0 });
const ended = (condition: object, changes: RunExecution = {}): RunExecution => ({
  name: 'projects/p/locations/l/jobs/j/executions/j-1',
  createTime: at(0),
  startTime: at(1),
  completionTime: at(9),
  template: { timeout: { seconds: '60' }, containers: [{ image: 'europe/x:1' }] },
  conditions: [{ type: 'Completed', state: 'CONDITION_FAILED', ...condition }],
  ...changes,
});
const failedTask = (message: string, more: RunTask['lastAttemptResult'] = {}): RunTask => ({
  lastAttemptResult: { status: { code: 2, message }, ...more },
});

test('an execution waits until it has started, and runs until it is complete', () => {
  assert.equal(cloudJobOf({ createTime: at(0) }).state, 'waiting');
  const running = { createTime: at(0), startTime: at(1) };
  assert.equal(cloudJobOf(running).state, 'running');
  const conditions = [{ type: 'Completed', executionReason: 'CANCELLING' as const }];
  assert.equal(cloudJobOf({ ...running, conditions }).isStopping, true);
});

test('an execution that is complete has succeeded', () => {
  const shown = cloudJobOf(ended({ state: 'CONDITION_SUCCEEDED' }));
  assert.deepEqual([shown.state, shown.exitCode, shown.error], ['succeeded', 0, undefined]);
});

test('the exit code is that of its task', () => {
  const condition = { executionReason: 'NON_ZERO_EXIT_CODE' };
  const exitOf = (exitCode: number) =>
    cloudJobOf(ended(condition), failedTask('exited', { exitCode })).exitCode;
  assert.equal(exitOf(75), 75);
  assert.equal(exitOf(137), null);
  assert.equal(exitOf(200), 200);
  const killed = cloudJobOf(ended(condition), failedTask('killed', { termSignal: 9 }));
  assert.equal(killed.exitCode, null);
});

const classes: [string, RunExecution, RunTask | undefined, string][] = [
  ['cancelled', ended({ executionReason: 'CANCELLED' }), undefined, 'JOB_CANCELLED'],
  ['cancelled task', ended({}, { cancelledCount: 1 }), undefined, 'JOB_CANCELLED'],
  ['time limit', ended({}), failedTask('The configured timeout was reached.'), 'JOB_TIMEOUT'],
  [
    'memory',
    ended({}),
    failedTask('Memory limit of 512 MiB exceeded with 513 MiB used.'),
    'JOB_MEMORY',
  ],
  ['image', ended({ reason: 'CONTAINER_MISSING' }), undefined, 'JOB_IMAGE_UNUSABLE'],
  [
    'image rights',
    ended({ reason: 'CONTAINER_PERMISSION_DENIED' }),
    undefined,
    'JOB_IMAGE_UNUSABLE',
  ],
  [
    'no program in the image',
    ended({}),
    failedTask('Application failed to start: "/x": no such file or directory'),
    'JOB_IMAGE_UNUSABLE',
  ],
  [
    'no instance',
    ended({ message: 'There was no available instance.' }),
    undefined,
    'JOB_STOCKOUT',
  ],
  ['quota', ended({ message: 'Quota exceeded for CPU.' }), undefined, 'JOB_QUOTA'],
  ['secrets', ended({ reason: 'SECRETS_ACCESS_CHECK_FAILED' }), undefined, 'JOB_ACCESS_DENIED'],
];
for (const [name, execution, task, code] of classes) {
  test(`why it ended: ${name}`, () => {
    const shown = cloudJobOf(execution, task);
    assert.equal(shown.error?.code, code);
    assert.equal(shown.exitCode, null);
  });
}

test('what nobody explains is left unexplained', () => {
  assert.equal(cloudJobOf(ended({ reason: 'INTERNAL' })).error, undefined);
});
