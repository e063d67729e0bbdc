import assert from 'node:assert/strict';
import { once } from 'node:events';
import { afterEach, test } from 'node:test';
import { DirectoryArtifactStore } from '@triad/shared/artifacts/directory-artifact-store.ts';
import { systemClock } from '@triad/shared/clock/clock.ts';
import { eventType } from '@triad/shared/contracts/cloud-event.ts';
import type { Command } from '@triad/shared/contracts/command.ts';
import { type Outcome, parseOutcome } from '@triad/shared/contracts/outcome.ts';
import {
  decodeEvent,
  encodeEvent,
  type PushEnvelope,
} from '@triad/shared/contracts/push-envelope.ts';
import { topic } from '@triad/shared/contracts/topics.ts';
import { PubsubMessenger } from '@triad/shared/messenger/pubsub-messenger.ts';
import { PubsubPull } from '@triad/shared/messenger/pubsub-pull.ts';
import { createInvoker } from '../../invoker/invoker.ts';
import { startPstest } from '../harness/emulators/pstest.ts';
import { makePubsubProject, namespace } from '../harness/emulators/pubsub-project.ts';
import { pushSubscription } from '../harness/emulators/push-subscription.ts';
import { FakeJobs } from '../harness/invoker/fake-jobs.ts';
import { commandWith } from '../harness/invoker/invoker-setup.ts';
import { MemoryArtifactStore } from '../harness/memory-artifact-store.ts';
import { eventOf } from '../harness/messenger/messenger-setup.ts';
import { recordingLogger } from '../harness/recording-logger.ts';
import { seededRandom } from '../harness/seeded-random.ts';
import { sequentialIds } from '../harness/sequential-ids.ts';
import { temporaryDirectory } from '../harness/temporary-directory.ts';
import { until } from '../harness/until.ts';

const server = await startPstest();
const closing: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  await server.heal();
  for (const close of closing.splice(0).toReversed()) await close();
});

/**
 * An invoker that is pushed its commands, and everybody who hears of what it does. With `ownStore`
 * the data of the sender's large messages is not where the invoker looks for it.
 */
async function setUp({ ownStore = false } = {}) {
  const project = await makePubsubProject(server.endpoint);
  await project.createTopic(topic.commands);
  await project.createTopic(topic.outcomes);
  await project.createSubscription('invoker', topic.commands, { ordered: true, maxAttempts: 5 });
  await project.createSubscription('orchestrator', topic.outcomes, { ordered: true });
  await project.createSubscription('letters', topic.deadLetters);
  const artifacts = new DirectoryArtifactStore({ directory: await temporaryDirectory() });
  const elsewhere = new MemoryArtifactStore();
  const messenger = new PubsubMessenger({
    ...project.options,
    namespace,
    artifacts: ownStore ? elsewhere : artifacts,
  });
  const jobs = new FakeJobs(systemClock);
  const { log } = recordingLogger();
  const invoker = createInvoker({
    artifacts,
    jobs,
    messenger,
    clock: systemClock,
    ids: sequentialIds(),
    log,
    codeRevision: 'rev',
  });
  const http = invoker.app.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const address = http.address();
  if (address === null || typeof address === 'string') throw new Error('no TCP address');
  await invoker.start();
  const pushing = pushSubscription({
    project: project.options.project,
    emulator: server.endpoint,
    subscription: 'invoker',
    endpoint: `http://127.0.0.1:${address.port}/pubsub/push`,
  });
  const pulled = (subscription: string): PushEnvelope[] => {
    const envelopes: PushEnvelope[] = [];
    const pull = new PubsubPull({
      ...project.options,
      subscription,
      clock: systemClock,
      random: seededRandom(1),
      log,
      async push(envelope) {
        envelopes.push(envelope);
      },
    });
    pull.start();
    closing.push(() => pull.close());
    return envelopes;
  };
  const outcomes = pulled('orchestrator');
  closing.push(() => project.close());
  closing.push(() => messenger.close());
  closing.push(async () => http.close().closeAllConnections());
  closing.push(() => invoker.stop());
  closing.push(() => pushing.close());
  const outcomeOf = async (id: string): Promise<{ outcome: Outcome; envelope: PushEnvelope }> =>
    until(`the outcome of ${id}`, async () =>
      outcomes
        .map((envelope) => ({ envelope, event: decodeEvent('', envelope.message.data) }))
        .map(({ envelope, event }) => ({ envelope, outcome: parseOutcome(event.data) }))
        .find(({ outcome }) => outcome.commandId === id),
    );
  return { messenger, jobs, artifacts, elsewhere, outcomeOf, letters: pulled('letters') };
}

const commandEvent = (command: Command) => ({
  ...eventOf(`command of ${command.id}`),
  type: eventType.command,
  subject: command.id,
  data: command,
});
const cancellationEvent = ({ id }: Command) => ({
  ...eventOf(`cancellation of ${id}`),
  type: eventType.cancellation,
  subject: id,
  data: { version: 1, commandId: id },
});

test('a command that is delivered several times starts one job, whose outcome comes back', async () => {
  const { messenger, jobs, outcomeOf } = await setUp();
  const command = commandWith();
  // The second message is there because the answer to the first was lost.
  await server.fail({ method: 'Publish', code: 14, message: 'lost', after: true });
  await messenger.publish(topic.commands, commandEvent(command));
  // The third because the relay died before it noted what it had sent.
  await messenger.publish(topic.commands, commandEvent(command));
  const last = { ...command, id: `${command.runId}:later:1`, step: 'later' };
  await messenger.publish(topic.commands, commandEvent(last));
  await until('the last job', async () => (await jobs.get(last.id)) && true);
  assert.deepEqual(
    jobs.started.map(({ id }) => id),
    [command.id, last.id],
  );
  jobs.end(command.id, { state: 'succeeded', exitCode: 0, error: null });
  const { outcome, envelope } = await outcomeOf(command.id);
  assert.equal(outcome.state, 'succeeded');
  assert.equal(envelope.message.orderingKey, command.runId);
});

test('a cancellation that comes before its command lets no job start', async () => {
  const { messenger, jobs, outcomeOf } = await setUp();
  const command = commandWith();
  await messenger.publish(topic.commands, cancellationEvent(command));
  await messenger.publish(topic.commands, commandEvent(command));
  const last = { ...command, id: `${command.runId}:later:1`, step: 'later' };
  await messenger.publish(topic.commands, commandEvent(last));
  await until('the last job', async () => (await jobs.get(last.id)) && true);
  const { outcome } = await outcomeOf(command.id);
  assert.equal(outcome.state, 'cancelled');
  assert.deepEqual(
    jobs.started.map(({ id }) => id),
    [last.id],
  );
});

test('what the invoker can never read is in the dead-letter topic, with the reason', async () => {
  const { messenger, letters } = await setUp();
  const event = { ...eventOf('a'), type: 'nobody.knows' };
  await messenger.publish(topic.commands, event);
  const { message } = await until('the dead letter', async () => letters[0]);
  assert.equal(message.data, encodeEvent(event));
  const { subscription, reason_code, reason_message, original_id } = message.attributes;
  assert.match(subscription ?? '', /\/subscriptions\/invoker$/);
  assert.equal(reason_code, 'MESSAGE_POISON');
  assert.match(reason_message ?? '', /nobody\.knows/);
  assert.ok(original_id);
});

/** A command of 11 MB: Pub/Sub takes 10. */
const largeCommand = () => commandWith({ params: { text: 'x'.repeat(11_000_000) } });

test('a command of 11 MB that is delivered twice starts one job, with all of it', async () => {
  const { messenger, jobs, artifacts, outcomeOf } = await setUp();
  const command = largeCommand();
  const event = commandEvent(command);
  // The second message is there because the answer to the first was lost, the third was sent again.
  await server.fail({ method: 'Publish', code: 14, message: 'lost', after: true });
  await messenger.publish(topic.commands, event);
  await messenger.publish(topic.commands, event);
  assert.equal((await artifacts.list(`messages/${command.runId}/`)).length, 1);
  const last = { ...commandWith(), runId: command.runId, id: `${command.runId}:later:1` };
  const later = { ...last, step: 'later', attempt: 1 };
  await messenger.publish(topic.commands, commandEvent(later));
  await until('the last job', async () => (await jobs.get(later.id)) && true);
  assert.deepEqual(
    jobs.started.map(({ id }) => id),
    [command.id, later.id],
  );
  assert.deepEqual(jobs.started[0], command);
  jobs.end(command.id, { state: 'succeeded', exitCode: 0, error: null });
  assert.equal((await outcomeOf(command.id)).outcome.state, 'succeeded');
});

test('a command whose data is gone is a dead letter with the reason, and can be replayed', async () => {
  const { messenger, jobs, artifacts, elsewhere, letters } = await setUp({ ownStore: true });
  const command = largeCommand();
  await messenger.publish(topic.commands, commandEvent(command));
  const { message } = await until('the dead letter', async () => letters[0]);
  assert.equal(message.attributes.reason_code, 'MESSAGE_POISON');
  assert.match(message.attributes.reason_message ?? '', /No artifact at messages\//);
  assert.ok(message.data.length < 2000, 'it refers to its data, as the message did');
  assert.deepEqual(jobs.started, []);
  for (const { path } of await elsewhere.list('messages/')) {
    await artifacts.put(path, (await elsewhere.get(path))?.body ?? '');
  }
  await messenger.publishMessages(topic.commands, [{ data: message.data, attributes: {} }]);
  await until('the job', async () => (await jobs.get(command.id)) && true);
  assert.deepEqual(jobs.started, [command]);
});
