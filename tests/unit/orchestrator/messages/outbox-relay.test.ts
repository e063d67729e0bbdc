import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import type { Messenger } from '@triad/shared/messenger/messenger.ts';
import { OutboxRelay } from '../../../../orchestrator/messages/outbox-relay.ts';
import { eventOf } from '../../../harness/messenger/messenger-setup.ts';
import {
  type OrchestratorSetup,
  setUpOrchestrator,
} from '../../../harness/orchestrator/orchestrator-setup.ts';

let setup: OrchestratorSetup;
let published: string[];
let failures: number;
let relay: OutboxRelay;

const messenger: Messenger = {
  async publish(topic, event) {
    failures -= 1;
    if (failures >= 0) throw new Error('the messenger does not answer');
    published.push(`${topic} ${event.id}`);
  },
  async deadLetter() {},
  async check() {},
};
const newRelay = () => new OutboxRelay(setup.state, messenger, setup.clock, setup.log);
const enqueue = async (...ids: string[]) => {
  for (const id of ids) await setup.state.enqueue({ id, topic: 't', event: eventOf(id) });
};
const left = async () => (await setup.state.unpublished(100)).map(({ id }) => id);

beforeEach(async () => {
  setup = await setUpOrchestrator();
  published = [];
  failures = 0;
  relay = newRelay();
});

test('what transactions left in the outbox is published once, in order', async () => {
  await enqueue('m2', 'm1', 'm3');
  relay.wake();
  await setup.clock.advance(0);
  relay.wake();
  await setup.clock.advance(0);
  assert.deepEqual(published, ['t m1', 't m2', 't m3']);
  assert.deepEqual(await left(), []);
});

test('more than one batch is published, also what arrives meanwhile', async () => {
  const ids = Array.from({ length: 250 }, (_, i) => `m${String(i).padStart(3, '0')}`);
  await enqueue(...ids.slice(0, 249));
  relay.wake();
  await enqueue(...ids.slice(249));
  relay.wake();
  await setup.clock.advance(0);
  assert.deepEqual(
    published,
    ids.map((id) => `t ${id}`),
  );
});

test('a message that comes right after the relay has looked is published as well', async () => {
  const take = setup.state.takeUnpublished.bind(setup.state);
  let isLate = true;
  setup.state.takeUnpublished = async (...given) => {
    const found = await take(...given);
    if (isLate) {
      isLate = false;
      await enqueue('m1');
      relay.wake();
    }
    return found;
  };
  relay.wake();
  await setup.clock.advance(0);
  assert.deepEqual(published, ['t m1']);
});

test('a state that does not answer is asked again', async () => {
  const take = setup.state.takeUnpublished.bind(setup.state);
  let failing = 2;
  setup.state.takeUnpublished = async (...given) => {
    failing -= 1;
    if (failing >= 0) throw new Error('the state does not answer');
    return take(...given);
  };
  await enqueue('m1');
  relay.wake();
  await setup.clock.advance(2000);
  assert.deepEqual(published, ['t m1']);
});

test('what it is handed is published once, also by a relay that is being stopped', async () => {
  const handed = (id: string) => ({ id, topic: 't', event: eventOf(id) });
  relay.publish([handed('m1')]);
  const stopping = relay.stop();
  relay.publish([handed('m2')]);
  await stopping;
  assert.deepEqual(published, ['t m1', 't m2']);
});

test('a messenger that fails gets the message after a pause, and nothing is lost', async () => {
  failures = 3;
  await enqueue('m1', 'm2');
  relay.wake();
  await setup.clock.advance(1499);
  assert.deepEqual(published, []);
  assert.deepEqual(await left(), ['m1', 'm2']);
  await setup.clock.advance(1);
  await setup.clock.advance(0);
  assert.deepEqual(published, ['t m1', 't m2']);
});

const tooLarge = { topic: 't', bytes: 10_000_001, limit: 10_000_000 };
const unsendable: [string, TriadError][] = [
  ['is too large', new TriadError('MESSAGE_TOO_LARGE', tooLarge)],
  ['has the id of another', new TriadError('ARTIFACT_CONFLICT', { path: 'messages/r/m1.json' })],
];
for (const [what, refusal] of unsendable) {
  test(`a message that ${what} holds up no other`, async () => {
    const publish = messenger.publish;
    messenger.publish = async (topic, event) => {
      if (event.id === 'm1') throw refusal;
      await publish(topic, event);
    };
    await enqueue('m1', 'm2');
    relay.wake();
    await setup.clock.advance(0);
    messenger.publish = publish;
    assert.deepEqual(published, ['t m2']);
    assert.deepEqual(await left(), []);
    assert.ok(setup.lines.some(({ message }) => message === 'a message is never sent'));
  });
}

test('a crash before it was noted publishes a message twice, never not at all', async () => {
  await enqueue('m1');
  const markPublished = setup.state.markPublished.bind(setup.state);
  setup.state.markPublished = () => Promise.reject(new Error('the process dies here'));
  relay.wake();
  await setup.clock.advance(0);
  await relay.stop();
  setup.state.markPublished = markPublished;
  const successor = newRelay();
  successor.wake();
  await setup.clock.advance(9_999);
  assert.deepEqual(published, ['t m1'], 'nobody else has it while it may be under way');
  await setup.clock.advance(1);
  successor.wake();
  await setup.clock.advance(0);
  assert.deepEqual(published, ['t m1', 't m1']);
  assert.deepEqual(await left(), []);
});

test('several relays at once publish a message once', async () => {
  const ids = Array.from({ length: 250 }, (_, i) => `m${String(i).padStart(3, '0')}`);
  await enqueue(...ids);
  for (const each of [relay, newRelay(), newRelay()]) each.wake();
  await setup.clock.advance(0);
  assert.deepEqual(
    published.toSorted(),
    ids.map((id) => `t ${id}`),
  );
});

test('a stopped relay publishes nothing more and leaves no timer', async () => {
  failures = 1;
  await enqueue('m1');
  relay.wake();
  await setup.clock.advance(0);
  await relay.stop();
  relay.wake();
  await setup.clock.advance(60_000);
  assert.deepEqual(published, []);
  assert.deepEqual(await left(), ['m1']);
  assert.equal(setup.clock.pending, 0);
});
