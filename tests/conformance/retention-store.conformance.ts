import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import type { AuditEntry } from '@triad/shared/contracts/access.ts';
import type { RunEvent, StepResult } from '@triad/shared/contracts/run-event.ts';
import type { MessageStore } from '@triad/shared/messenger/message-store.ts';
import type { AccessStore, StoredToken } from '@triad/shared/state/access-store.ts';
import type { OldRows, RetentionStore } from '@triad/shared/state/retention-store.ts';
import type { StateStore } from '@triad/shared/state/state-store.ts';
import type { TickLedger } from '@triad/shared/state/tick-ledger.ts';
import { expectTick } from '../harness/expect-tick.ts';
import { changeOf, dispatchedEvent, pipelineOf, planOf } from '../harness/run-fixtures.ts';

const day = (n: number) => new Date(Date.UTC(2024, 0, n));

const nothing: OldRows = {
  ticks: 0,
  deadLetters: 0,
  cacheEntries: 0,
  events: 0,
  alarms: 0,
  auditEntries: 0,
  tokens: 0,
};

export interface RetentionStores {
  retention: RetentionStore;
  access: AccessStore;
  state: StateStore;
  ledger: TickLedger;
  messages: MessageStore;
}

/** A result whose one output is in the folder of `runId`. */
const resultOf = (runId: string): StepResult => ({
  outputs: [{ name: 'o', path: `runs/${runId}/only/1/o`, bytes: 1, sha256: 'f'.repeat(64) }],
  tables: [],
  metrics: {},
  notes: [],
});

/** What every adapter of the retention port must do. `open` gives empty stores on one database. */
export function retentionStoreConformance(
  name: string,
  open: () => Promise<RetentionStores>,
): void {
  describe(`retention store: ${name}`, () => {
    let stores: RetentionStores;
    beforeEach(async () => {
      stores = await open();
    });

    const ended = async (
      runId: string,
      on: number,
      {
        state = 'failed',
        pipeline = 'test',
        event,
      }: {
        state?: 'failed' | 'succeeded';
        pipeline?: string;
        event?: RunEvent;
      } = {},
    ) => {
      await stores.state.createRun(
        planOf(runId, { pipeline: pipelineOf(['only'], { name: pipeline }) }),
      );
      const first = event ? { at: day(on), event } : dispatchedEvent('only');
      const change = changeOf({ events: [first], state, finishedAt: day(on) });
      assert.equal(await stores.state.applyChange(runId, 0, change), true);
    };
    const reusing = (from: string): RunEvent => ({
      type: 'step_reused',
      step: 'only',
      result: resultOf(from),
      key: 'k',
      from: { runId: from, step: 'only', attempt: 1, at: day(1).toISOString() },
      savedMs: 1,
    });
    const expired = (on: number) => stores.retention.expiredRuns(day(on));

    test('expired are the runs that ended before, oldest first', async () => {
      await ended('r2', 2);
      await ended('r1', 3);
      await ended('r3', 9);
      await stores.state.createRun(planOf('r4'));
      await stores.state.createRun(planOf('r5', { queued: true }));
      assert.deepEqual(await expired(9), ['r1', 'r2']);
      assert.deepEqual(await expired(2), []);
    });

    test('surplus are the looks of a sensor that ended, but for its newest', async () => {
      for (const [n, pipeline] of ['a', 'a', 'b', 'a'].entries()) {
        const definition = pipelineOf(['only'], { name: pipeline });
        await stores.state.createRun(planOf(`r${n}`, { pipeline: definition, trigger: 'look' }));
        if (n === 1) continue;
        const change = changeOf({
          state: n === 0 ? 'failed' : 'succeeded',
          finishedAt: day(n + 1),
        });
        await stores.state.applyChange(`r${n}`, 0, change);
      }
      await ended('r9', 1, { pipeline: 'a' });
      assert.deepEqual(await stores.retention.surplusLooks(1), ['r0']);
      assert.deepEqual(await stores.retention.surplusLooks(0), ['r0', 'r2', 'r3']);
      assert.deepEqual(await stores.retention.surplusLooks(3), []);
    });

    test('the newest success of each pipeline stays', async () => {
      await ended('r1', 1, { state: 'succeeded' });
      await ended('r2', 2, { state: 'succeeded' });
      await ended('r3', 3);
      await ended('r4', 1, { state: 'succeeded', pipeline: 'other' });
      assert.deepEqual(await expired(9), ['r1', 'r3']);
    });

    test('a run whose results one that stays has reused stays, also through another', async () => {
      await ended('r1', 1);
      await ended('r2', 2, { event: reusing('r1') });
      await ended('r3', 3, { event: reusing('r2') });
      await ended('r4', 3, { event: reusing('r5') });
      await ended('r5', 3);
      assert.deepEqual(await expired(9), ['r1', 'r2', 'r3', 'r4', 'r5']);
      await ended('r6', 9, { event: reusing('r3') });
      assert.deepEqual(await expired(9), ['r4', 'r5']);
    });

    test('a run that a cache entry points to stays until the entry is gone', async () => {
      await ended('r1', 1);
      const entry = {
        key: 'k',
        runId: 'r1',
        step: 'only',
        attempt: 1,
        result: resultOf('r1'),
        durationMs: 1,
        at: day(1),
      };
      await stores.state.applyChange(
        'r1',
        1,
        changeOf({ cached: [entry], state: 'failed', finishedAt: day(1) }),
      );
      assert.deepEqual(await expired(9), []);
      assert.equal((await stores.retention.countOld(day(2))).cacheEntries, 1);
      assert.equal((await stores.retention.removeOld(day(1))).cacheEntries, 0);
      assert.equal((await stores.retention.removeOld(day(2))).cacheEntries, 1);
      assert.equal(await stores.state.cachedStep('k'), undefined);
      assert.deepEqual(await expired(9), ['r1']);
    });

    test('a removed run is gone at once, and its files are remembered until they are', async () => {
      await ended('r1', 1);
      await ended('r2', 1);
      assert.equal(await stores.retention.removeRun('r1', day(2)), true);
      assert.equal(await stores.retention.removeRun('r1', day(2)), false);
      assert.equal(await stores.state.getRun('r1'), undefined);
      assert.deepEqual(
        (await stores.state.listRuns({ limit: 9 })).map(({ runId }) => runId),
        ['r2'],
      );
      assert.deepEqual(await stores.retention.removedRuns(), ['r1']);
      await stores.retention.forgetRemoved('r1');
      assert.deepEqual(await stores.retention.removedRuns(), []);
    });

    test('a run that was retried meanwhile, and one that ended later, are not removed', async () => {
      await ended('r1', 1);
      await ended('r2', 5);
      await stores.state.applyChange(
        'r1',
        1,
        changeOf({ events: [{ at: day(2), event: { type: 'retry_requested' } }] }),
      );
      assert.equal(await stores.retention.removeRun('r1', day(3)), false);
      assert.equal(await stores.retention.removeRun('r2', day(3)), false);
      assert.equal((await stores.state.getRun('r1'))?.events.length, 2);
      assert.deepEqual(await stores.retention.removedRuns(), []);
    });

    test('old ticks that fired go, but for the newest of each pipeline', async () => {
      for (const [index, pipeline] of ['a', 'a', 'b'].entries()) {
        const tick = { pipeline, occurrence: day(1 + index), runDate: '2024-01-01' };
        await stores.state.createRun(planOf(`t${index}`), await expectTick(stores.ledger, tick));
      }
      assert.equal((await stores.retention.countOld(day(9))).ticks, 1);
      assert.equal((await stores.retention.removeOld(day(1))).ticks, 0);
      assert.equal((await stores.retention.removeOld(day(9))).ticks, 1);
      assert.equal((await stores.ledger.list({ limit: 9 })).length, 2);
    });

    test('old dead letters go', async () => {
      const letter = (id: string, on: number) => ({
        id,
        topic: 't',
        subscription: 's',
        data: '',
        attributes: {},
        attempts: 1,
        reasonCode: 'X',
        reasonMessage: 'x',
        at: day(on),
      });
      await stores.messages.addDeadLetter(letter('old', 1));
      await stores.messages.addDeadLetter(letter('new', 5));
      const old = { ...nothing, deadLetters: 1 };
      assert.deepEqual(await stores.retention.countOld(day(5)), old);
      assert.deepEqual(await stores.retention.removeOld(day(5)), old);
      assert.deepEqual(
        (await stores.messages.deadLetters(9)).map(({ id }) => id),
        ['new'],
      );
    });

    test('old entries of the audit log go', async () => {
      const entry = (id: string, on: number): AuditEntry => ({
        id,
        at: day(on).toISOString(),
        actor: 'ada',
        action: 'run.start',
        target: 'r1',
        outcome: 'done',
        details: {},
      });
      await stores.access.addAudit(entry('old', 1));
      await stores.access.addAudit(entry('new', 5));
      const old = { ...nothing, auditEntries: 1 };
      assert.deepEqual(await stores.retention.countOld(day(5)), old);
      assert.deepEqual(await stores.retention.removeOld(day(5)), old);
      assert.deepEqual(
        (await stores.access.listAudit({ limit: 9 })).map(({ id }) => id),
        ['new'],
      );
    });

    test('tokens that have long been revoked or have long expired go, and no others', async () => {
      const add = (id: string, times: Partial<StoredToken>) =>
        stores.access.addToken({
          id,
          name: id,
          role: 'viewer',
          hash: 'f'.repeat(64),
          createdAt: day(1),
          createdBy: 'ada',
          expiresAt: null,
          revokedAt: null,
          lastUsedAt: null,
          ...times,
        });
      await add('revoked', { revokedAt: day(2) });
      await add('expired', { expiresAt: day(2) });
      await add('revoked-later', { revokedAt: day(5) });
      await add('expires-later', { expiresAt: day(5) });
      await add('unlimited', { lastUsedAt: day(1) });
      const old = { ...nothing, tokens: 2 };
      assert.deepEqual(await stores.retention.countOld(day(5)), old);
      assert.deepEqual(await stores.retention.removeOld(day(5)), old);
      assert.deepEqual(
        (await stores.access.listTokens()).map(({ id }) => id),
        ['unlimited', 'revoked-later', 'expires-later'],
      );
    });
  });
}
