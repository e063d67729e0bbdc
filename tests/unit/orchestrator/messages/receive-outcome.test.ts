import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import type { CloudEvent } from '@triad/shared/contracts/cloud-event.ts';
import type { Outcome } from '@triad/shared/contracts/outcome.ts';
import { decodeEvent, encodeEvent } from '@triad/shared/contracts/push-envelope.ts';
import { storePayload } from '@triad/shared/messenger/event-payload.ts';
import type { DeadLetterReason, Messenger } from '@triad/shared/messenger/messenger.ts';
import { receiveOutcome } from '../../../../orchestrator/messages/receive-outcome.ts';
import * as documents from '../../../harness/contract-documents.ts';
import {
  type OrchestratorSetup,
  setUpOrchestrator,
} from '../../../harness/orchestrator/orchestrator-setup.ts';
import { pipelineOf } from '../../../harness/run-fixtures.ts';

const key = { runId: 'r1', step: 'load', attempt: 1 };
let setup: OrchestratorSetup;
let buried: { id: string; data: string; from: string; reason: DeadLetterReason }[];

beforeEach(async () => {
  setup = await setUpOrchestrator();
  buried = [];
  await setup.start('r1', pipelineOf(['load', { name: 'next', kind: 'train', after: ['load'] }]));
  await setup.sent();
});

const messenger: Messenger = {
  async publish() {},
  async deadLetter({ id, data }, from, reason) {
    buried.push({ id, data, from, reason });
  },
  async check() {},
};

const receive = (data: string) =>
  receiveOutcome(
    { ...setup, messenger },
    { message: { data, messageId: 'm1' }, subscription: 'orchestrator' },
  );
const eventOf = (data: unknown, more: Partial<CloudEvent> = {}) =>
  encodeEvent({
    specversion: '1.0',
    id: 'e1',
    source: 'triad/invoker',
    type: 'dev.triad.outcome',
    datacontenttype: 'application/json',
    data,
    ...more,
  });
const outcome = (more: Partial<Outcome> = {}) =>
  receive(eventOf({ ...documents.outcome, ...more }));
const succeeded: Partial<Outcome> = { state: 'succeeded', exitCode: 0, error: null };

test('an outcome with a manifest that holds ends the step and starts the next', async () => {
  await setup.writeManifest(key);
  await outcome(succeeded);
  assert.deepEqual(await setup.steps('r1'), { load: 'succeeded', next: 'dispatched' });
});

test('green without a manifest is not done', async () => {
  await outcome(succeeded);
  const [load] = (await setup.view('r1')).steps;
  assert.deepEqual([load?.state, load?.error?.code], ['waiting', 'MANIFEST_MISSING']);
});

test('a manifest that holds makes the step done, although the outcome tells of a failure', async () => {
  await setup.writeManifest(key);
  await outcome();
  assert.equal((await setup.steps('r1')).load, 'succeeded');
});

test('a manifest that does not hold fails the step, although the outcome is green', async () => {
  const { outputs } = await setup.writeManifest(key);
  await setup.artifacts.put(outputs[0]?.path ?? '', 'tampered with');
  await outcome(succeeded);
  const view = await setup.view('r1');
  assert.deepEqual([view.state, view.steps[0]?.error?.code], ['failed', 'MANIFEST_MISMATCH']);
});

test('a duplicate outcome changes nothing', async () => {
  await setup.writeManifest(key);
  await outcome(succeeded);
  const before = await setup.state.getRun('r1');
  await outcome(succeeded);
  await outcome();
  assert.deepEqual(await setup.state.getRun('r1'), before);
});

test('a duplicate is acknowledged although its manifest cannot be read any more', async () => {
  await setup.writeManifest(key);
  await outcome(succeeded);
  Object.assign(setup.artifacts, { get: () => Promise.reject(new Error('no answer')) });
  await outcome(succeeded);
});

test('an outcome of an attempt that was replaced changes nothing, manifest or not', async () => {
  await outcome();
  await setup.clock.advance(60_000);
  assert.equal((await setup.steps('r1')).load, 'dispatched');
  const before = await setup.state.getRun('r1');
  await setup.writeManifest(key);
  await outcome(succeeded);
  assert.deepEqual(await setup.state.getRun('r1'), before);
});

test('an outcome of a run that is not known is acknowledged', async () => {
  await outcome({ commandId: 'r9:load:1' });
  await outcome({ commandId: 'r1:dance:1' });
  assert.deepEqual(buried, []);
});

const poison: Record<string, [string, string]> = {
  'that is no CloudEvent': [Buffer.from('nonsense').toString('base64'), 'MESSAGE_POISON'],
  'of another type': [eventOf(documents.outcome, { type: 'dev.triad.command' }), 'MESSAGE_POISON'],
  'whose outcome is malformed': [eventOf({ version: 1, state: 'odd' }), 'INPUT_INVALID'],
  'of a version to come': [eventOf({ version: 2 }), 'CONTRACT_VERSION_UNKNOWN'],
};
for (const [what, [data, code]] of Object.entries(poison)) {
  test(`a message ${what} is acknowledged into the dead letters`, async () => {
    await receive(data);
    assert.equal(buried.length, 1);
    const [letter] = buried;
    assert.deepEqual(
      [letter?.id, letter?.data, letter?.from, letter?.reason.code],
      ['m1', data, 'orchestrator', code],
    );
  });
}

test('what is no push request is refused', async () => {
  await assert.rejects(receiveOutcome({ ...setup, messenger }, { message: 'x' }), {
    code: 'INPUT_INVALID',
  });
});

test('an outcome whose data was too large for its message is as any other', async () => {
  const event = decodeEvent(
    '',
    eventOf({ ...documents.outcome, ...succeeded }, { subject: 'r1:load:1' }),
  );
  const light = await storePayload(setup.artifacts, event);
  assert.ok(light);
  await setup.writeManifest(key);
  await receive(encodeEvent(light));
  assert.deepEqual(await setup.steps('r1'), { load: 'succeeded', next: 'dispatched' });
  await setup.artifacts.deletePrefix('messages/r1/');
  await receive(encodeEvent(light));
  const [letter] = buried;
  assert.deepEqual([letter?.data, letter?.reason.code], [encodeEvent(light), 'MESSAGE_POISON']);
  assert.match(letter?.reason.message ?? '', /No artifact at messages\/r1\/e1\.json/);
});

test('an outcome that cannot be judged now is not acknowledged', async () => {
  const get = () => Promise.reject(new Error('the disk does not answer'));
  const artifacts = Object.assign(setup.artifacts, { get });
  const body = {
    message: { data: eventOf(documents.outcome), messageId: 'm1' },
    subscription: 'orchestrator',
  };
  await assert.rejects(receiveOutcome({ ...setup, artifacts, messenger }, body), /does not answer/);
  assert.equal((await setup.steps('r1')).load, 'dispatched');
});
