import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { MessageStore } from '@triad/shared/messenger/message-store.ts';
import type { BacklogReader } from '@triad/shared/state/backlog.ts';
import type { StateStore } from '@triad/shared/state/state-store.ts';
import type { TickLedger } from '@triad/shared/state/tick-ledger.ts';
import { expectTick } from '../harness/expect-tick.ts';
import { eventOf } from '../harness/messenger/messenger-setup.ts';
import { changeOf, pipelineOf, planOf } from '../harness/run-fixtures.ts';

export interface BacklogSetup {
  reader: BacklogReader;
  state: StateStore;
  ledger: TickLedger;
  messages: MessageStore;
}

/** What every reader of the backlog must do. */
export function backlogConformance(name: string, open: () => Promise<BacklogSetup>): void {
  describe(`backlog: ${name}`, () => {
    const now = new Date('2024-01-02T00:00:00.000Z');

    test('where nothing waits, all counts are zero', async () => {
      const { reader } = await open();
      const none = { runs: [], outbox: 0, deliveries: 0, deadLetters: 0, oldestDueTick: null };
      assert.deepEqual(await reader.backlog(now), none);
    });

    test('what waits is counted, what is over is not', async () => {
      const { reader, state, ledger, messages } = await open();
      const other = pipelineOf(['s'], { name: 'other' });
      await state.createRun(planOf('r1', { queued: true }));
      await state.createRun(planOf('r2'));
      await state.createRun(planOf('r3'));
      await state.createRun(planOf('r4', { pipeline: other }));
      await state.applyChange('r3', 0, changeOf({ state: 'succeeded', finishedAt: now }));
      await state.enqueue({ id: 'm1', topic: 'one', event: eventOf('a') });
      const letter = {
        topic: 'one',
        subscription: 'x',
        data: '',
        attributes: {},
        attempts: 1,
      };
      const delivery = { ...letter, id: 'd1', messageId: 'm', publishedAt: now };
      await messages.addDeliveries([delivery, { ...delivery, id: 'd2' }], now);
      const reason = { reasonCode: 'X', reasonMessage: 'x', at: now };
      await messages.addDeadLetter({ ...letter, id: 'l1', ...reason });
      const expect = (iso: string) =>
        expectTick(ledger, {
          pipeline: 'test',
          occurrence: new Date(iso),
          runDate: '2024-01-01',
        });
      await expect('2024-01-01T22:00:00.000Z');
      await expect('2024-01-01T23:00:00.000Z');
      await expect('2024-01-03T00:00:00.000Z');
      const fired = await expect('2024-01-01T21:00:00.000Z');
      await state.createRun(planOf('r5', { pipeline: other }), fired);

      assert.deepEqual(await reader.backlog(now), {
        runs: [
          { pipeline: 'other', state: 'running', count: 2 },
          { pipeline: 'test', state: 'queued', count: 1 },
          { pipeline: 'test', state: 'running', count: 1 },
        ],
        outbox: 1,
        deliveries: 2,
        deadLetters: 1,
        oldestDueTick: new Date('2024-01-01T22:00:00.000Z'),
      });
    });
  });
}
