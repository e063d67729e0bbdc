import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CloudEvent } from '@triad/shared/contracts/cloud-event.ts';
import { decodeEvent, encodeEvent } from '@triad/shared/contracts/push-envelope.ts';
import { storePayload } from '@triad/shared/messenger/event-payload.ts';
import type { DeadLetter } from '@triad/shared/messenger/message-store.ts';
import { deadLetteredCommand } from '../../../../orchestrator/messages/dead-lettered-command.ts';
import { MemoryArtifactStore } from '../../../harness/memory-artifact-store.ts';

const letterOf = (id: string, data: string, more: Partial<DeadLetter> = {}): DeadLetter => ({
  id,
  topic: 'triad-commands',
  subscription: 'invoker',
  data,
  attributes: {},
  attempts: 10,
  reasonCode: 'DELIVERY_EXHAUSTED',
  reasonMessage: `because of ${id}`,
  at: new Date('2024-01-01T00:00:00.000Z'),
  ...more,
});
const about = (commandId: string, type = 'dev.triad.command'): string => {
  const event: CloudEvent = {
    specversion: '1.0',
    id: 'e',
    source: 's',
    type,
    subject: commandId,
    datacontenttype: 'application/json',
    data: {},
  };
  return encodeEvent(event);
};
const find = (letters: DeadLetter[]) => deadLetteredCommand(async () => letters, 'r1:load:1');

test('also one whose data is in the artifact store', async () => {
  const event = decodeEvent('', about('r1:load:1'));
  const light = await storePayload(new MemoryArtifactStore(), event);
  assert.ok(light);
  const found = await find([letterOf('l1', encodeEvent(light))]);
  assert.equal(found?.message, 'because of l1');
});

test('a command among the dead letters is found, with the reason and the way out', async () => {
  const found = await find([
    letterOf('l1', about('r1:load:2')),
    letterOf('l2', about('r1:load:1')),
  ]);
  assert.equal(found?.code, 'DELIVERY_EXHAUSTED');
  assert.equal(found.message, 'because of l2');
  assert.match(found.fix, /l2/);
  assert.equal(found.retryable, false);
});

test('of several letters the newest counts', async () => {
  const letters = ['new', 'old'].map((id) => letterOf(id, about('r1:load:1')));
  assert.equal((await find(letters))?.message, 'because of new');
});

test('a cancellation or an outcome that was given up is no command', async () => {
  const others = ['dev.triad.cancellation', 'dev.triad.outcome'].map((type) =>
    letterOf(type, about('r1:load:1', type)),
  );
  assert.equal(await find(others), undefined);
});

test('letters that cannot be read, or of unknown codes, do no harm', async () => {
  const unreadable = letterOf('l1', 'bm9uc2Vuc2U=');
  assert.equal(await find([unreadable]), undefined);
  const foreign = letterOf('l2', about('r1:load:1'), { reasonCode: 'toString' });
  assert.equal((await find([unreadable, foreign]))?.retryable, false);
});
