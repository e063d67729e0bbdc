import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventType } from '@triad/shared/contracts/cloud-event.ts';
import { topic } from '@triad/shared/contracts/topics.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import {
  commandWith,
  type InvokerSetup,
  pushOfCommand,
  setUpInvoker,
} from '../../harness/invoker/invoker-setup.ts';
import { until } from '../../harness/until.ts';

async function startJob(setup: InvokerSetup) {
  await setup.invoker.start();
  const command = commandWith();
  await setup.http.post('/pubsub/push').send(pushOfCommand(command));
  return command;
}

const heard = ({ messenger }: InvokerSetup, count = 1) =>
  until('an outcome', async () => (messenger.outcomes.length >= count ? true : undefined));

test('the end of a job is published as an outcome', async () => {
  const setup = await setUpInvoker();
  const { id } = await startJob(setup);
  await setup.clock.advance(1500);
  const error = new TriadError('WAREHOUSE_BUSY', { path: 'w' }).report();
  setup.jobs.end(id, { state: 'failed', exitCode: 75, error });
  await heard(setup);
  const [{ topic: to, event } = assert.fail()] = setup.messenger.published;
  assert.equal(to, topic.outcomes);
  assert.equal(event.type, eventType.outcome);
  assert.equal(event.source, 'triad/invoker');
  assert.equal(event.subject, id);
  assert.deepEqual(event.data, {
    version: 1,
    commandId: id,
    state: 'failed',
    exitCode: 75,
    error,
    startedAt: '2024-01-01T00:00:00.000Z',
    endedAt: '2024-01-01T00:00:01.500Z',
  });
});

test('an outcome is published again and again until it is accepted, ever less often', async () => {
  const setup = await setUpInvoker();
  const { id } = await startJob(setup);
  setup.messenger.isDown = true;
  setup.jobs.end(id, { state: 'succeeded', exitCode: 0, error: null });
  await until('the first attempt', async () => setup.messenger.attempts || undefined);
  await setup.clock.advance(100 + 200 + 400 + 800);
  assert.equal(setup.messenger.attempts, 5);
  await setup.clock.advance(10 * 60_000);
  assert.ok(setup.messenger.attempts < 40, `${setup.messenger.attempts} attempts`);
  setup.messenger.isDown = false;
  await setup.clock.advance(30_000);
  assert.equal(setup.messenger.outcomes.length, 1);
  await setup.clock.advance(10 * 60_000);
  assert.equal(setup.messenger.outcomes.length, 1);
});

test('stopping gives an outcome that was not accepted one last attempt', async () => {
  const setup = await setUpInvoker();
  const { id } = await startJob(setup);
  setup.messenger.isDown = true;
  setup.jobs.end(id, { state: 'succeeded', exitCode: 0, error: null });
  await until('the first attempt', async () => setup.messenger.attempts || undefined);
  setup.messenger.isDown = false;
  await setup.invoker.stop();
  assert.equal(setup.messenger.outcomes.length, 1);
});

test('stopping does not wait for a messenger that is down', async () => {
  const setup = await setUpInvoker();
  const { id } = await startJob(setup);
  setup.messenger.isDown = true;
  setup.jobs.end(id, { state: 'succeeded', exitCode: 0, error: null });
  await until('the first attempt', async () => setup.messenger.attempts || undefined);
  await setup.invoker.stop();
  assert.equal(setup.messenger.attempts, 2);
});

test('what ended while no invoker ran is published on start', async () => {
  const setup = await setUpInvoker();
  const command = commandWith();
  await setup.http.post('/pubsub/push').send(pushOfCommand(command));
  setup.jobs.end(command.id, { state: 'succeeded', exitCode: null, error: null });
  assert.equal(setup.messenger.attempts, 0);
  const job = await setup.jobs.get(command.id);
  setup.jobs.endedMeanwhile = job ? [job] : [];
  await setup.another().start();
  await heard(setup);
  assert.equal(setup.messenger.outcomes[0]?.commandId, command.id);
});

test('the jobs of an earlier invoker are left alone until the orchestrator answers', async () => {
  const setup = await setUpInvoker();
  const command = commandWith();
  await setup.http.post('/pubsub/push').send(pushOfCommand(command));
  setup.jobs.end(command.id, { state: 'succeeded', exitCode: null, error: null });
  const job = await setup.jobs.get(command.id);
  setup.jobs.endedMeanwhile = job ? [job] : [];
  setup.messenger.isDown = true;
  const next = setup.another();
  const started = next.start();
  await setup.clock.advance(5000);
  assert.equal(setup.messenger.attempts, 0);
  setup.messenger.isDown = false;
  await setup.clock.advance(100);
  await started;
  await heard(setup);
  assert.equal(setup.messenger.outcomes[0]?.commandId, command.id);
});

test('an invoker that is stopped before the orchestrator answers adopts nothing', async () => {
  const setup = await setUpInvoker();
  const command = commandWith();
  await setup.http.post('/pubsub/push').send(pushOfCommand(command));
  setup.jobs.end(command.id, { state: 'succeeded', exitCode: null, error: null });
  const job = await setup.jobs.get(command.id);
  setup.jobs.endedMeanwhile = job ? [job] : [];
  setup.messenger.isDown = true;
  const next = setup.another();
  const started = next.start();
  await next.stop();
  await started;
  assert.equal(setup.messenger.attempts, 0);
});

test('a job that was asked for directly publishes no outcome', async () => {
  const setup = await setUpInvoker();
  const { id } = await startJob(setup);
  const answer = await setup.http.post('/invoke').send({ job: 'score', run_date: '2024-01-31' });
  setup.jobs.end(answer.body.name, { state: 'succeeded', exitCode: 0, error: null });
  setup.jobs.end(id, { state: 'succeeded', exitCode: 0, error: null });
  await heard(setup);
  await until('both ends to be seen', async () => {
    const seen = setup.lines.filter(({ message }) => message === 'job ended');
    return seen.length === 2 ? true : undefined;
  });
  await setup.invoker.stop();
  assert.deepEqual(
    setup.messenger.outcomes.map(({ commandId }) => commandId),
    [id],
  );
});
