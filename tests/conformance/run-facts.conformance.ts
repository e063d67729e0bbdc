import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import type { RunPlan } from '@triad/shared/contracts/run-plan.ts';
import type { MessageStore } from '@triad/shared/messenger/message-store.ts';
import type { RunFacts } from '@triad/shared/state/run-facts.ts';
import type { StateStore } from '@triad/shared/state/state-store.ts';
import type { TickLedger } from '@triad/shared/state/tick-ledger.ts';
import { expectTick } from '../harness/expect-tick.ts';
import { changeOf, dispatchedEvent, pipelineOf, planOf } from '../harness/run-fixtures.ts';

export interface RunFactsSetup {
  facts: RunFacts;
  state: StateStore;
  ledger: TickLedger;
  messages: MessageStore;
}

const at = (minute: number) => new Date(Date.UTC(2024, 1, 1, 7, minute));
const report = { code: 'JOB_EXITED', message: 'm', fix: 'f', retryable: false };

/** @param open stores on one empty database */
export function runFactsConformance(name: string, open: () => Promise<RunFactsSetup>): void {
  describe(`run facts: ${name}`, () => {
    let { facts, state, ledger, messages } = {} as RunFactsSetup;
    beforeEach(async () => {
      ({ facts, state, ledger, messages } = await open());
    });
    const create = (runId: string, more: Partial<RunPlan> = {}) =>
      state.createRun(planOf(runId, { createdAt: at(0), ...more }));
    const finish = (runId: string, end: 'succeeded' | 'failed', minute: number) =>
      state.applyChange(
        runId,
        0,
        changeOf({
          state: end,
          finishedAt: at(minute),
          error: end === 'failed' ? report : null,
        }),
      );

    test('unfinished runs are due with their tick, and without one when they were created', async () => {
      const tick = await expectTick(ledger, {
        pipeline: 'test',
        occurrence: at(-5),
        runDate: '2024-02-01',
      });
      await state.createRun(planOf('r1', { createdAt: at(0), trigger: 'schedule' }), tick);
      await create('r2', { queued: true });
      await create('r3');
      await finish('r3', 'succeeded', 1);
      assert.deepEqual(await facts.unfinishedRuns(), [
        {
          runId: 'r1',
          pipeline: 'test',
          runDate: '2024-01-31',
          state: 'running',
          trigger: 'schedule',
          dueAt: at(-5),
        },
        {
          runId: 'r2',
          pipeline: 'test',
          runDate: '2024-01-31',
          state: 'queued',
          trigger: 'manual',
          dueAt: at(0),
        },
      ]);
    });

    test('failures are named once for each run date, from an instant on', async () => {
      for (const runId of ['r1', 'r2', 'r3']) await create(runId);
      await finish('r1', 'failed', 1);
      await finish('r2', 'failed', 2);
      await finish('r3', 'succeeded', 3);
      const found = [{ pipeline: 'test', runDate: '2024-01-31' }];
      assert.deepEqual(await facts.failuresSince(at(2)), found);
      assert.deepEqual(await facts.failuresSince(at(3)), []);
    });

    test('the runs of a date are told with their end, error and interval', async () => {
      const interval = { start: '2024-01-30T00:00:00.000Z', end: '2024-01-31T00:00:00.000Z' };
      await create('r1', { interval, trigger: 'schedule' });
      await create('r2', { runDate: '2024-02-02' });
      await finish('r1', 'failed', 4);
      assert.deepEqual(await facts.runsOf('test', '2024-01-31'), [
        {
          runId: 'r1',
          pipeline: 'test',
          runDate: '2024-01-31',
          state: 'failed',
          trigger: 'schedule',
          createdAt: at(0),
          finishedAt: at(4),
          error: report,
          intervalEnd: new Date(interval.end),
        },
      ]);
    });

    test('the newest success is that of the pipeline, whatever the run date', async () => {
      await create('r1');
      await create('r2', { runDate: '2023-01-01' });
      await create('r3', { pipeline: pipelineOf(['only'], { name: 'other' }) });
      assert.equal(await facts.newestSuccess('test'), undefined);
      await finish('r1', 'succeeded', 1);
      await finish('r2', 'succeeded', 5);
      await finish('r3', 'succeeded', 9);
      assert.deepEqual(await facts.newestSuccess('test'), at(5));
    });

    test('a firing is answered by its run alone, within the bounds that are asked for', async () => {
      for (const minute of [1, 2, 3]) {
        const tick = await expectTick(ledger, {
          pipeline: 'test',
          occurrence: at(minute),
          runDate: '2024-02-01',
        });
        if (minute !== 2) await state.createRun(planOf(`r${minute}`), tick);
      }
      assert.deepEqual(await facts.answeredFirings('test', at(0), at(3)), [at(1), at(3)]);
      assert.deepEqual(await facts.answeredFirings('test', at(1), at(3)), [at(3)]);
      assert.deepEqual(await facts.answeredFirings('test', at(0), at(2)), [at(1)]);
      assert.deepEqual(await facts.answeredFirings('other', at(0), at(3)), []);
    });

    test('what a paused pipeline was due is answered by the pause', async () => {
      for (const minute of [1, 3]) {
        const tick = { pipeline: 'test', occurrence: at(minute), runDate: '2024-02-01' };
        await expectTick(ledger, tick);
      }
      await ledger.pause({ pipeline: 'test', at: at(2), by: 'ada', reason: 'holidays' });
      assert.deepEqual(await facts.answeredFirings('test', at(0), at(5)), [at(3)]);
    });

    test('the events of a run come in their order', async () => {
      await create('r1');
      const events = [dispatchedEvent('a'), dispatchedEvent('b')];
      await state.applyChange('r1', 0, changeOf({ events }));
      assert.deepEqual(await facts.eventsOf('r1'), events);
      assert.deepEqual(await facts.eventsOf('none'), []);
    });

    test('dead letters are counted for each receiver', async () => {
      assert.deepEqual(await facts.deadLetterCounts(), []);
      for (const [index, subscription] of ['x', 'x', 'y'].entries()) {
        await messages.addDeadLetter({
          id: `l${index}`,
          topic: 't',
          subscription,
          data: '',
          attributes: {},
          attempts: 1,
          reasonCode: 'MESSAGE_POISON',
          reasonMessage: 'm',
          at: at(index),
        });
      }
      assert.deepEqual(await facts.deadLetterCounts(), [
        { subscription: 'x', count: 2, oldest: at(0) },
        { subscription: 'y', count: 1, oldest: at(2) },
      ]);
    });
  });
}
