import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { DirectoryArtifactStore } from '@triad/shared/artifacts/directory-artifact-store.ts';
import { claimPath } from '@triad/shared/contracts/names.ts';
import { type ErrorReport, TriadError } from '@triad/shared/errors/triad-error.ts';
import {
  type ReconcileOptions,
  Reconciler,
} from '../../../../orchestrator/reconcile/reconciler.ts';
import {
  type OrchestratorSetup,
  setUpOrchestrator,
} from '../../../harness/orchestrator/orchestrator-setup.ts';
import { pipelineOf, planOf } from '../../../harness/run-fixtures.ts';
import { temporaryDirectory } from '../../../harness/temporary-directory.ts';

const resendAfterSeconds = 30;
const queueLimitSeconds = 3600;
const timeLimitSeconds = 600;
const seconds = (n: number) => n * 1000;

let setup: OrchestratorSetup;
let reconciler: Reconciler;
const deadLetters = new Map<string, ErrorReport>();

const newReconciler = (more: Partial<ReconcileOptions> = {}) =>
  new Reconciler({
    ...setup,
    ...more,
    deadLettered: async (commandId) => deadLetters.get(commandId),
    resendAfterSeconds,
    queueLimitSeconds,
  });

beforeEach(async () => {
  setup = await setUpOrchestrator();
  deadLetters.clear();
  reconciler = newReconciler();
  const resources = { timeLimitSeconds };
  const retry = { maxAttempts: 2, initialDelaySeconds: 10 };
  const step = { name: 'train', kind: 'train' as const, resources, retry };
  await setup.start('r1', pipelineOf([step, { name: 'next', kind: 'train', after: ['train'] }]));
  await setup.sent();
});

const key = { runId: 'r1', step: 'train', attempt: 1 };
const command = 'r1:train:1';
const after = async (delaySeconds: number) => {
  await setup.clock.advance(seconds(delaySeconds));
  await reconciler.reconcile();
};
const train = async () => (await setup.view('r1')).steps[0];
const cancel = () => setup.engine.react('r1', () => [{ type: 'cancel_requested' }]);

test('a lost outcome costs nothing: the manifest tells that the step is done', async () => {
  await setup.writeManifest(key);
  await after(0);
  assert.deepEqual(await setup.steps('r1'), { train: 'succeeded', next: 'dispatched' });
  assert.deepEqual(await setup.sent(), ['command r1:next:1']);
});

test('a manifest counts while the invoker is down, too', async () => {
  setup.workload.isDown = true;
  await setup.writeManifest(key);
  await after(0);
  assert.equal((await train())?.state, 'succeeded');
});

test('a failure that no outcome told of is found at the invoker', async () => {
  const error = new TriadError('JOB_EXITED', { exitCode: 3 }).report();
  setup.workload.tell(command, 'failed', { exitCode: 3, error });
  await after(0);
  assert.deepEqual((await train())?.error, error);
  assert.equal((await setup.view('r1')).state, 'failed');
});

test('a vanished job is tried again', async () => {
  setup.workload.tell(command, 'lost');
  await after(0);
  assert.equal((await train())?.error?.code, 'JOB_LOST');
  await setup.clock.advance(seconds(10));
  assert.deepEqual(await setup.sent(), ['command r1:train:2']);
});

test('a job that runs is left alone', async () => {
  setup.workload.tell(command, 'running');
  await after(resendAfterSeconds * 3);
  assert.deepEqual(await setup.sent(), []);
  assert.equal((await train())?.state, 'dispatched');
});

test('a command that reached nobody is sent again, as it was, once in a while', async () => {
  await after(resendAfterSeconds - 1);
  assert.deepEqual(await setup.sent(), []);
  await after(1);
  assert.deepEqual(await setup.sent(), [`command ${command}`]);
  await after(resendAfterSeconds - 1);
  assert.deepEqual(await setup.sent(), []);
  await after(1);
  const [message] = await setup.state.unpublished(1);
  const data = message?.event.data as { attempt: number; id: string; runDate: string };
  assert.deepEqual([data.id, data.attempt, data.runDate], [command, 1, '2024-01-31']);
  assert.equal((await train())?.attempts, 1);
});

test('a restarted orchestrator finds the lost command as well', async () => {
  await after(resendAfterSeconds);
  await setup.sent();
  reconciler = newReconciler();
  await after(0);
  assert.deepEqual(await setup.sent(), [`command ${command}`]);
});

for (const isDown of [false, true]) {
  const where = isDown ? 'while the invoker is down' : 'by an invoker that is up';
  test(`a command given up ${where} is shown as a delay and not sent again`, async () => {
    const error = new TriadError('DELIVERY_EXHAUSTED', { id: 'x' }).report();
    setup.workload.isDown = isDown;
    deadLetters.set(command, error);
    await after(0);
    await after(resendAfterSeconds);
    assert.deepEqual(await setup.sent(), []);
    assert.deepEqual((await train())?.error, error);
    assert.equal((await train())?.state, 'dispatched');
    const run = await setup.state.getRun('r1');
    const delays = run?.events.filter(({ event }) => event.type === 'step_delayed');
    assert.equal(delays?.length, 1);
  });

  test(`a command given up ${where} fails its step after the queue limit`, async () => {
    setup.workload.isDown = isDown;
    deadLetters.set(command, new TriadError('DELIVERY_EXHAUSTED').report());
    await after(queueLimitSeconds);
    assert.equal((await train())?.state, 'dispatched');
    await after(1);
    assert.equal((await train())?.error?.code, 'COMMAND_EXPIRED');
    assert.equal((await setup.view('r1')).state, 'failed');
  });
}

test('a delayed command that is replayed ends as any other', async () => {
  deadLetters.set(command, new TriadError('DELIVERY_EXHAUSTED').report());
  await after(0);
  deadLetters.clear();
  setup.workload.tell(command, 'running');
  await after(0);
  await setup.writeManifest(key);
  await after(0);
  assert.deepEqual([(await train())?.state, (await train())?.error], ['succeeded', null]);
});

test('a command that nobody claimed in time fails its step, invoker down', async () => {
  setup.workload.isDown = true;
  await after(queueLimitSeconds);
  assert.equal((await train())?.state, 'dispatched');
  await after(1);
  assert.equal((await train())?.error?.code, 'COMMAND_EXPIRED');
  // What is delivered later starts nothing, and what it did would count for nothing.
  assert.deepEqual(await setup.sent(), [`cancellation ${command}`]);
  await setup.writeManifest(key);
  setup.workload.isDown = false;
  await after(0);
  assert.equal((await train())?.state, 'failed');
});

test('the limit of the step itself counts while the invoker is down, too', async () => {
  const step = { name: 'only', kind: 'train' as const, limits: { queuedSeconds: 2 } };
  await setup.start('r2', pipelineOf([step]));
  setup.workload.isDown = true;
  await after(3);
  assert.equal((await setup.view('r2')).error?.code, 'COMMAND_EXPIRED');
  assert.equal((await train())?.state, 'dispatched');
});

test('an invoker that is down proves nothing about a job that may run', async () => {
  setup.workload.isDown = true;
  await setup.artifacts.put(claimPath(command), '{}');
  await after(queueLimitSeconds + 1);
  assert.equal((await train())?.state, 'dispatched');
  assert.deepEqual(await setup.sent(), []);
});

for (const isDown of [false, true]) {
  test(`a job far over its time limit is ended, invoker ${isDown ? 'down' : 'up'}`, async () => {
    setup.workload.tell(command, 'running');
    setup.workload.isDown = isDown;
    await setup.artifacts.put(claimPath(command), '{}');
    await after(timeLimitSeconds + queueLimitSeconds);
    assert.equal((await train())?.state, 'dispatched');
    await after(1);
    assert.equal((await train())?.error?.code, 'JOB_TIMEOUT');
    assert.deepEqual(await setup.sent(), [`cancellation ${command}`]);
  });
}

test('cancelling an attempt whose job is unknown ends it once the command must have arrived', async () => {
  await cancel();
  await setup.sent();
  await after(resendAfterSeconds);
  assert.equal((await setup.view('r1')).state, 'cancelling');
  await after(1);
  assert.equal((await setup.view('r1')).state, 'cancelled');
  assert.deepEqual(await setup.sent(), []);
});

test('a job that started in spite of the cancellation is cancelled again', async () => {
  await cancel();
  await setup.sent();
  setup.workload.tell(command, 'running');
  await after(resendAfterSeconds);
  await after(1);
  assert.deepEqual(await setup.sent(), [`cancellation ${command}`]);
  setup.workload.tell(command, 'cancelled');
  await after(0);
  assert.equal((await setup.view('r1')).state, 'cancelled');
});

test('a run that its creator did not live to start is started', async () => {
  await setup.state.createRun(planOf('r2', { pipeline: pipelineOf(['load']) }));
  await after(0);
  assert.deepEqual(await setup.sent(), ['command r2:load:1']);
});

test('a retry whose timer died with its process starts when it is due', async () => {
  setup.workload.tell(command, 'lost');
  await reconciler.reconcile();
  setup.clock.dropTimers();
  reconciler = newReconciler({ engine: setup.newEngine() });
  await after(7);
  assert.deepEqual(await setup.sent(), []);
  await after(1);
  assert.deepEqual(await setup.sent(), ['command r1:train:2']);
});

test('one attempt that cannot be judged does not keep the others from it', async () => {
  class FailingStore extends DirectoryArtifactStore {
    override get(path: string) {
      if (path.startsWith('runs/r1/')) throw new Error('the disk does not answer');
      return setup.artifacts.get(path);
    }
    override digest(path: string) {
      return setup.artifacts.digest(path);
    }
  }
  const artifacts = new FailingStore({ directory: await temporaryDirectory() });
  reconciler = newReconciler({ artifacts });
  await setup.start('r2', pipelineOf([{ name: 'train', kind: 'train' }]));
  await setup.writeManifest({ ...key, runId: 'r2' });
  await after(0);
  assert.equal((await setup.view('r2')).state, 'succeeded');
  assert.equal((await train())?.state, 'dispatched');
  assert.ok(setup.lines.some(({ message }) => message.includes('could not be reconciled')));
});
