import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { eventType } from '@triad/shared/contracts/cloud-event.ts';
import { settled } from '../../harness/fake-clock.ts';
import {
  commandWith,
  envelopeOf,
  pushOf,
  pushOfCommand,
  setUpInvoker,
} from '../../harness/invoker/invoker-setup.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');
const { id: _id, ...commandWithoutId } = commandWith();

describe('a message that can never be processed is acknowledged into the dead letters', () => {
  const poison = {
    'an empty message': { body: envelopeOf(''), code: 'MESSAGE_POISON' },
    'data that is no JSON': { body: envelopeOf(base64('{"half')), code: 'MESSAGE_POISON' },
    'data that is no CloudEvent': { body: envelopeOf(base64('{"a":1}')), code: 'MESSAGE_POISON' },
    'an event of an unknown type': {
      body: pushOf('dev.triad.of-tomorrow', {}),
      code: 'MESSAGE_POISON',
    },
    'a command of an unknown version': {
      body: pushOfCommand({ ...commandWith(), version: 2 }),
      code: 'CONTRACT_VERSION_UNKNOWN',
    },
    'a command without an id': { body: pushOfCommand(commandWithoutId), code: 'INPUT_INVALID' },
    'a command whose id is not of its run, step and attempt': {
      body: pushOfCommand(commandWith({ attempt: 2 })),
      code: 'INPUT_INVALID',
    },
    'a cancellation of no command': {
      body: pushOf(eventType.cancellation, { version: 1, commandId: '../x' }),
      code: 'INPUT_INVALID',
    },
  };
  for (const [name, { body, code }] of Object.entries(poison)) {
    test(name, async () => {
      const { http, messenger, jobs } = await setUpInvoker();
      const answer = await http.post('/pubsub/push').send(body);
      assert.equal(answer.status, 204);
      assert.deepEqual(jobs.started, []);
      const [letter, ...others] = messenger.deadLetters;
      assert.deepEqual(others, []);
      assert.equal(letter?.id, 'message-1');
      assert.equal(letter?.data, body.message.data);
      assert.equal(letter?.from, 'invoker');
      assert.equal(letter?.reason.code, code);
      assert.notEqual(letter?.reason.message, '');
    });
  }
});

test('a command for an unknown job is a dead letter, and its run is told at once', async () => {
  const { http, messenger } = await setUpInvoker();
  const command = commandWith({ job: 'nothing' });
  assert.equal((await http.post('/pubsub/push').send(pushOfCommand(command))).status, 204);
  await settled();
  assert.equal(messenger.deadLetters[0]?.reason.code, 'JOB_UNKNOWN');
  const [outcome] = messenger.outcomes;
  assert.equal(outcome?.commandId, command.id);
  assert.equal(outcome?.state, 'failed');
  assert.equal(outcome?.error?.code, 'JOB_UNKNOWN');
  assert.match(outcome?.error?.fix ?? '', /sql-runner, trainer, score/);
});

test('poison is delivered again when the dead letters cannot be reached', async () => {
  const { http, messenger } = await setUpInvoker();
  messenger.isDown = true;
  const answer = await http.post('/pubsub/push').send(envelopeOf(base64('poison')));
  assert.equal(answer.status, 503);
  messenger.isDown = false;
  assert.equal((await http.post('/pubsub/push').send(envelopeOf(base64('poison')))).status, 204);
  assert.equal(messenger.deadLetters.length, 1);
});

const noEnvelopes = [{}, { message: 'x', subscription: 's' }, envelopeOf('not base64!')];
for (const body of noEnvelopes) {
  test(`${JSON.stringify(body)} is no push envelope and is refused`, async () => {
    const { http, messenger } = await setUpInvoker();
    const answer = await http.post('/pubsub/push').send(body);
    assert.equal(answer.status, 400);
    assert.equal(answer.body.error.code, 'INPUT_INVALID');
    assert.deepEqual(messenger.deadLetters, []);
  });
}
