import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Command } from '@triad/shared/contracts/command.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import request from 'supertest';
import { settled } from '../../harness/fake-clock.ts';
import {
  commandWith,
  type InvokerSetup,
  pushOfCancellation,
  pushOfCommand,
  setUpInvoker,
} from '../../harness/invoker/invoker-setup.ts';
import { until } from '../../harness/until.ts';

const push = ({ http }: InvokerSetup, body: object) => http.post('/pubsub/push').send(body);

test('a command starts its job, with the command as its spec', async () => {
  const setup = await setUpInvoker();
  const command = commandWith({ params: { threshold: 0.5 } });
  const answer = await push(setup, pushOfCommand(command));
  assert.equal(answer.status, 204);
  assert.deepEqual(setup.jobs.started, [command]);
});

test('the claim of a command says who may start it, and until when', async () => {
  const setup = await setUpInvoker();
  const command = commandWith();
  await push(setup, pushOfCommand(command));
  const body = (await setup.artifacts.get(`commands/${command.id}/claim.json`))?.body;
  const { invoker, claimedAt, expiresAt } = JSON.parse(String(body));
  assert.equal(typeof invoker, 'string');
  assert.equal(claimedAt, '2024-01-01T00:00:00.000Z');
  assert.equal(expiresAt, '2024-01-01T00:00:15.000Z');
});

test('a duplicate command is acknowledged and starts no second job', async () => {
  const setup = await setUpInvoker();
  const command = commandWith();
  for (let i = 0; i < 3; i += 1) {
    assert.equal((await push(setup, pushOfCommand(command))).status, 204);
  }
  setup.jobs.end(command.id, { state: 'succeeded', exitCode: 0, error: null });
  assert.equal((await push(setup, pushOfCommand(command))).status, 204);
  assert.equal(setup.jobs.started.length, 1);
});

test('of concurrent duplicates at two invokers one starts the job, and all are settled in the end', async () => {
  const setup = await setUpInvoker();
  const other = request(setup.another().app);
  const command = commandWith();
  const deliver = () =>
    Promise.all(
      [setup.http, other, setup.http, other].map(
        async (http) => (await http.post('/pubsub/push').send(pushOfCommand(command))).status,
      ),
    );
  const first = await deliver();
  assert.ok(first.includes(204));
  assert.ok(first.every((status) => status === 204 || status === 503));
  assert.deepEqual(await deliver(), [204, 204, 204, 204]);
  assert.equal(setup.jobs.started.length, 1);
});

/** Delivers the command to an invoker that halts between its claim and its job. */
async function haltBeforeLaunch(setup: InvokerSetup, command: Command) {
  const { promise: halted, resolve: goOn } = Promise.withResolvers<void>();
  const { promise: claimed, resolve: arrive } = Promise.withResolvers<void>();
  setup.jobs.beforeLaunch = () => {
    arrive();
    return halted;
  };
  const status = push(setup, pushOfCommand(command)).then((answer) => answer.status);
  await claimed;
  setup.jobs.beforeLaunch = async () => {};
  return async () => {
    goOn();
    return status;
  };
}

test('a command whose claim is held without a job is to be delivered again', async () => {
  const setup = await setUpInvoker();
  const command = commandWith();
  const goOn = await haltBeforeLaunch(setup, command);
  const second = await push(setup, pushOfCommand(command));
  assert.equal(second.status, 503);
  assert.equal(second.body.error.code, 'CLAIM_HELD');
  assert.equal(await goOn(), 204);
  assert.equal((await push(setup, pushOfCommand(command))).status, 204);
  assert.equal(setup.jobs.started.length, 1);
});

test('a claim without a job is taken over when it expires, and the late holder starts no second job', async () => {
  const setup = await setUpInvoker();
  const command = commandWith();
  const goOn = await haltBeforeLaunch(setup, command);
  await setup.clock.advance(14_999);
  assert.equal((await push(setup, pushOfCommand(command))).status, 503);
  await setup.clock.advance(1);
  assert.equal((await push(setup, pushOfCommand(command))).status, 204);
  assert.equal(await goOn(), 204);
  assert.equal(setup.jobs.started.length, 1);
});

test('a claim that cannot be read is taken over', async () => {
  const setup = await setUpInvoker();
  const command = commandWith();
  await setup.artifacts.put(`commands/${command.id}/claim.json`, '{"half of');
  assert.equal((await push(setup, pushOfCommand(command))).status, 204);
  assert.equal(setup.jobs.started.length, 1);
});

test('a launch that fails releases its claim, so that the next delivery can start the job', async () => {
  const setup = await setUpInvoker();
  const command = commandWith();
  setup.jobs.failure = new TriadError('DISK_FULL', { path: 'job.json' });
  const failed = await push(setup, pushOfCommand(command));
  assert.equal(failed.status, 507);
  setup.jobs.failure = undefined;
  assert.equal((await push(setup, pushOfCommand(command))).status, 204);
  assert.equal(setup.jobs.started.length, 1);
});

test('a cancellation ends the job', async () => {
  const setup = await setUpInvoker();
  await setup.invoker.start();
  const command = commandWith();
  await push(setup, pushOfCommand(command));
  assert.equal((await push(setup, pushOfCancellation(command.id))).status, 204);
  assert.equal((await setup.jobs.get(command.id))?.state, 'cancelled');
});

test('a cancellation that comes before its command: no job starts, and the run is told', async () => {
  const setup = await setUpInvoker();
  const command = commandWith();
  assert.equal((await push(setup, pushOfCancellation(command.id))).status, 204);
  assert.equal((await push(setup, pushOfCommand(command))).status, 204);
  await settled();
  assert.deepEqual(setup.jobs.started, []);
  const [outcome] = setup.messenger.outcomes;
  assert.equal(outcome?.state, 'cancelled');
  assert.equal(outcome?.commandId, command.id);
  assert.equal(outcome?.error?.code, 'JOB_CANCELLED');
  assert.equal(outcome?.startedAt, null);
  const ids = new Set(setup.messenger.published.map(({ event }) => event.id));
  assert.equal(ids.size, 1, 'a receiver can tell that it heard the outcome before');
});

test('a cancellation that comes while the job is being launched ends it', async () => {
  const setup = await setUpInvoker();
  const command = commandWith();
  setup.jobs.beforeLaunch = async () => {
    assert.equal((await push(setup, pushOfCancellation(command.id))).status, 204);
  };
  assert.equal((await push(setup, pushOfCommand(command))).status, 204);
  assert.equal((await setup.jobs.get(command.id))?.state, 'cancelled');
});

test('a direct cancellation waits until the jobs are adopted, and then ends the job', async () => {
  const setup = await setUpInvoker();
  const command = commandWith();
  await setup.jobs.launch(command);
  const cancel = setup.jobs.cancel.bind(setup.jobs);
  let isAdopted = false;
  setup.jobs.cancel = async (id) => (isAdopted ? cancel(id) : setup.jobs.get(id));
  setup.messenger.isDown = true;
  void setup.invoker.start();
  const answer = setup.http.post(`/jobs/${command.id}:cancel`).then((response) => response);
  await settled();
  setup.messenger.isDown = false;
  isAdopted = true;
  await until('the answer', async () => {
    await setup.clock.advance(50);
    return (await setup.jobs.get(command.id))?.state === 'cancelled' || undefined;
  });
  const { status, body } = await answer;
  assert.deepEqual([status, body.state], [200, 'cancelled']);
});

test('a direct cancellation that no adoption follows says so, and may be tried again', async () => {
  const setup = await setUpInvoker();
  const command = commandWith();
  await setup.jobs.launch(command);
  setup.jobs.cancel = (id) => setup.jobs.get(id);
  setup.messenger.isDown = true;
  void setup.invoker.start();
  let status = 0;
  const answer = setup.http.post(`/jobs/${command.id}:cancel`).then((response) => {
    status = response.status;
    return response;
  });
  await until('the answer', async () => {
    await setup.clock.advance(1000);
    return status || undefined;
  });
  const { body } = await answer;
  assert.deepEqual([status, body.error.code], [503, 'JOB_NOT_ADOPTED']);
});
