import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import type { RunEvent } from '@triad/shared/contracts/run-event.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import type { OutboxMessage, StateStore } from '@triad/shared/state/state-store.ts';
import {
  changeOf,
  dispatchedEvent,
  everythingOf,
  inFlightOf,
  pipelineOf,
  planOf,
} from '../harness/run-fixtures.ts';
import { listConformance } from './state-store.lists.conformance.ts';
import { slotConformance } from './state-store.slots.conformance.ts';

const at = new Date('2024-02-01T06:00:02.005Z');
const message = (id: string): OutboxMessage => ({
  id,
  topic: 'triad-commands',
  event: {
    specversion: '1.0',
    id,
    source: 'test',
    type: 'test',
    datacontenttype: 'application/json',
    data: { quote: `'"; drop table runs` },
  },
});

/** What every adapter of the state port must do. `open` gives an empty store. */
export function stateStoreConformance(
  name: string,
  open: () => Promise<{ store: StateStore; reopen(): Promise<StateStore> }>,
): void {
  describe(`state store: ${name}`, () => {
    let store: StateStore;
    let reopen: () => Promise<StateStore>;

    beforeEach(async () => {
      ({ store, reopen } = await open());
    });

    test('a run is read back as it was created', async () => {
      const plan = planOf('r1', {
        pipeline: pipelineOf(['load', { name: 'rfm', kind: 'sql', after: ['load'] }]),
        params: { text: `O'Neil "ö" \n 雪`, integer: 7, number: 0.1, yes: true },
        trigger: 'schedule',
      });
      assert.equal(await store.createRun(plan), true);
      assert.deepEqual(await store.getRun('r1'), { plan, events: [] });
      assert.equal(await store.getRun('r2'), undefined);
    });

    test('a run id is used once', async () => {
      await store.createRun(planOf('r1'));
      await assert.rejects(store.createRun(planOf('r1', { runDate: '2024-02-02' })));
      assert.equal((await store.getRun('r1'))?.plan.runDate, '2024-01-31');
    });

    test('a change stores its events, in-flight attempts, messages and the state of the run', async () => {
      await store.createRun(planOf('r1'));
      const error = new TriadError('JOB_LOST').report();
      const event: RunEvent = { type: 'run_finished', state: 'failed', error };
      const attempt = inFlightOf('r1', 'only');
      const change = changeOf({
        events: [dispatchedEvent('only'), { at, event }],
        state: 'failed',
        finishedAt: at,
        error,
        dispatched: [attempt],
        outbox: [message('m1')],
      });
      assert.equal(await store.applyChange('r1', 0, change), true);
      assert.deepEqual((await store.getRun('r1'))?.events, [
        { seq: 1, ...dispatchedEvent('only') },
        { seq: 2, at, event },
      ]);
      assert.deepEqual(await store.inFlight(), [attempt]);
      assert.deepEqual(await store.unpublished(10), [message('m1')]);
      const [row] = await store.listRuns({ limit: 1 });
      assert.deepEqual([row?.state, row?.finishedAt, row?.error], ['failed', at, error]);
    });

    test('a change that was decided on older events stores nothing', async () => {
      await store.createRun(planOf('r1'));
      await store.applyChange('r1', 0, changeOf({ events: [dispatchedEvent('only')] }));
      const before = await everythingOf(store, 'r1');
      const late = changeOf({
        events: [dispatchedEvent('only')],
        state: 'cancelled',
        dispatched: [inFlightOf('r1', 'only')],
        outbox: [message('m1')],
      });
      assert.equal(await store.applyChange('r1', 0, late), false);
      assert.equal(await store.applyChange('r1', 2, late), false);
      assert.deepEqual(await everythingOf(store, 'r1'), before);
    });

    test('of many changes decided on the same events, one is stored', async () => {
      await store.createRun(planOf('r1'));
      const results = await Promise.all(
        Array.from({ length: 8 }, (_, i) =>
          store.applyChange(
            'r1',
            0,
            changeOf({ events: [dispatchedEvent(`step-${i}`)], outbox: [message(`m${i}`)] }),
          ),
        ),
      );
      assert.equal(results.filter(Boolean).length, 1);
      assert.equal((await store.getRun('r1'))?.events.length, 1);
      assert.equal((await store.unpublished(10)).length, 1);
    });

    test('a change that fails in the middle stores nothing', async () => {
      await store.createRun(planOf('r1'));
      await store.enqueue(message('taken'));
      const before = await everythingOf(store, 'r1');
      const change = changeOf({
        events: [dispatchedEvent('only')],
        state: 'cancelling',
        dispatched: [inFlightOf('r1', 'only', { slots: [{ pool: 'warehouse', slot: 0 }] })],
        outbox: [message('m1'), message('taken')],
      });
      await assert.rejects(store.applyChange('r1', 0, change));
      assert.deepEqual(await everythingOf(store, 'r1'), before);
      assert.equal(await store.applyChange('r1', 0, { ...change, outbox: [] }), true);
    });

    slotConformance(() => store);
    listConformance(() => store);

    test('the outbox gives its messages in the order of their ids until they are published', async () => {
      for (const id of ['m3', 'm1', 'm2']) await store.enqueue(message(id));
      assert.deepEqual(await store.unpublished(2), [message('m1'), message('m2')]);
      await store.markPublished(['m1', 'm2']);
      await store.markPublished(['m1', 'never was']);
      assert.deepEqual(await store.unpublished(2), [message('m3')]);
    });

    test('a message of the outbox that was taken is free again when its time is over', async () => {
      const until = new Date(at.getTime() + 10_000);
      for (const id of ['m2', 'm1', 'm3']) await store.enqueue(message(id));
      assert.deepEqual(await store.takeUnpublished(at, until, 2), [message('m1'), message('m2')]);
      assert.deepEqual(await store.takeUnpublished(at, until, 2), [message('m3')]);
      assert.deepEqual(await store.takeUnpublished(at, until, 2), []);
      await store.markPublished(['m2']);
      const free = await store.takeUnpublished(until, until, 9);
      assert.deepEqual(free, [message('m1'), message('m3')]);
    });

    test('of two admissions decided on the same revision one is stored', async () => {
      const revision = await store.admissionRevision();
      for (const id of ['r1', 'r2']) await store.createRun(planOf(id, { queued: true }));
      const admit = (id: string, admission: number) =>
        store.applyChange(
          id,
          0,
          changeOf({ events: [{ at, event: { type: 'run_admitted' } }], admission }),
        );
      assert.equal(await admit('r1', revision), true);
      assert.equal(await admit('r2', revision), false);
      assert.equal((await store.getRun('r2'))?.events.length, 0);
      assert.equal(await admit('r2', await store.admissionRevision()), true);
    });

    test('a store that is opened again holds all that was committed', async () => {
      await store.createRun(planOf('r1'));
      await store.applyChange(
        'r1',
        0,
        changeOf({
          events: [dispatchedEvent('only')],
          dispatched: [inFlightOf('r1', 'only', { slots: [{ pool: 'warehouse', slot: 0 }] })],
          outbox: [message('m1')],
        }),
      );
      const before = await everythingOf(store, 'r1');
      await store.close();
      store = await reopen();
      assert.deepEqual(await everythingOf(store, 'r1'), before);
    });

    test('the check answers while the store is open and fails afterwards', async () => {
      await store.check();
      await store.close();
      await assert.rejects(store.check());
    });
  });
}
