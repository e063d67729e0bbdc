import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { KyselyMessageStore } from '@triad/shared/messenger/kysely-message-store.ts';
import { KyselyStateStore } from '@triad/shared/state/kysely-state-store.ts';
import { KyselyTickLedger } from '@triad/shared/state/kysely-tick-ledger.ts';
import type { TickLedger } from '@triad/shared/state/tick-ledger.ts';
import fc from 'fast-check';
import { expectTick } from '../harness/expect-tick.ts';
import { changeOf, dispatchedEvent, inFlightOf, planOf } from '../harness/run-fixtures.ts';
import type { OpenDatabase } from '../harness/state/databases.ts';

const at = (second: number) => new Date(Date.UTC(2024, 0, 1, 0, 0, second));

/**
 * Several processes on one database, each with a handle of its own, that race each other in every
 * way there is: one of them may win.
 */
export function concurrencyConformance(
  name: string,
  open: () => Promise<OpenDatabase>,
  { races, writers }: { races: number; writers: number },
): void {
  describe(`several orchestrators: ${name}`, () => {
    let handles: OpenDatabase['db'][];
    let stores: KyselyStateStore[];
    let serial = 0;
    const nextId = () => {
      serial += 1;
      return `r${String(serial).padStart(6, '0')}`;
    };

    let ledger: TickLedger;
    before(async () => {
      const { db, reopen } = await open();
      ledger = new KyselyTickLedger(db);
      // SQLite has one process, Postgres as many as there are.
      const others = name === 'sqlite' ? [] : Array.from({ length: writers - 1 }, reopen);
      handles = [db, ...(await Promise.all(others))];
      stores = Array.from(
        { length: writers },
        (_, i) => new KyselyStateStore(handles[i % handles.length] ?? db),
      );
    });
    after(() => Promise.all(handles.map((db) => db.destroy())));

    const race = <T>(act: (store: KyselyStateStore, index: number) => Promise<T>): Promise<T[]> =>
      Promise.all(stores.map(act));
    const wins = (results: boolean[]) => results.filter(Boolean).length;
    const only = () => {
      const [store] = stores;
      assert.ok(store);
      return store;
    };

    test('of changes decided on the same events one is stored, whatever they hold', async () => {
      const change = fc.record({
        events: fc.integer({ min: 1, max: 3 }),
        outbox: fc.boolean(),
        slots: fc.subarray(['a', 'b', 'c']),
      });
      await fc.assert(
        fc.asyncProperty(
          fc.array(change, { minLength: writers, maxLength: writers }),
          async (all) => {
            const runId = nextId();
            await only().createRun(planOf(runId));
            const stored = await race((store, i) => {
              const given = all[i] ?? { events: 1, outbox: false, slots: [] };
              const slots = given.slots.map((pool) => ({ pool: `${runId}-${pool}`, slot: 0 }));
              return store.applyChange(
                runId,
                0,
                changeOf({
                  events: Array.from({ length: given.events }, () => dispatchedEvent('only')),
                  dispatched: [inFlightOf(runId, `step${i}`, { slots })],
                }),
              );
            });
            assert.equal(wins(stored), 1);
            const winner = stored.indexOf(true);
            const own = (await only().inFlight()).filter((attempt) => attempt.runId === runId);
            assert.deepEqual(
              own.map(({ step }) => step),
              [`step${winner}`],
            );
            assert.equal((await only().getRun(runId))?.events.length, all[winner]?.events);
          },
        ),
        { numRuns: races },
      );
    });

    test('no slot is held twice while many take and give back, in any order', async () => {
      const order = fc.shuffledSubarray([0, 1, 2, 3], { minLength: 1 });
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.tuple(order, order), { minLength: writers, maxLength: writers }),
          async (wishes) => {
            const runs = await race(async (store) => {
              const runId = nextId();
              await store.createRun(planOf(runId));
              return runId;
            });
            const pool = `pool-${nextId()}`;
            await race(async (store, i) => {
              const runId = runs[i] ?? '';
              const [first = [], second = []] = wishes[i] ?? [];
              const take = (step: string, slots: number[], ended: string[], seen: number) =>
                store.applyChange(
                  runId,
                  seen,
                  changeOf({
                    events: [dispatchedEvent('only')],
                    dispatched: [
                      inFlightOf(runId, step, { slots: slots.map((slot) => ({ pool, slot })) }),
                    ],
                    ended,
                  }),
                );
              if (await take('one', first, [], 0)) await take('two', second, [`${runId}:one:1`], 1);
            });
            const held = (await only().inFlight())
              .flatMap(({ slots }) => slots)
              .filter((slot) => slot.pool === pool)
              .map(({ slot }) => slot);
            assert.equal(new Set(held).size, held.length);
            assert.ok(held.length > 0, 'somebody gets what nobody has');
          },
        ),
        { numRuns: races },
      );
    });

    test('a tick fires once, and a cause makes one run', async () => {
      for (let i = 0; i < races; i += 1) {
        const occurrence = new Date(Date.UTC(2024, 0, 1 + i));
        const expected = { pipeline: 'test', occurrence, runDate: '2024-01-01' };
        const tick = await expectTick(ledger, expected);
        const fired = await race((store) => store.createRun(planOf(nextId()), tick));
        assert.equal(wins(fired), 1);
        const caused = await race((store) =>
          store.createRun(planOf(nextId(), { cause: `event ${i}` })),
        );
        assert.equal(wins(caused), 1);
      }
    });

    test('of admissions that counted the same runs one is stored', async () => {
      for (let i = 0; i < races; i += 1) {
        const admission = await only().admissionRevision();
        const runs = await race(async (store) => {
          const runId = nextId();
          await store.createRun(planOf(runId, { queued: true }));
          return runId;
        });
        const admitted = await race((store, index) =>
          store.applyChange(
            runs[index] ?? '',
            0,
            changeOf({ events: [{ at: at(1), event: { type: 'run_admitted' } }], admission }),
          ),
        );
        assert.equal(wins(admitted), 1);
        assert.equal(await only().admissionRevision(), admission + 1);
      }
    });

    test('a delivery and a message of the outbox are taken by one', async () => {
      const ids = Array.from({ length: 5 * writers }, () => nextId());
      for (const id of ids) {
        const event = { specversion: '1.0', id, source: 's', type: 't' } as const;
        const data = { ...event, datacontenttype: 'application/json', data: {} } as const;
        await only().enqueue({ id, topic: 't', event: data });
      }
      const messages = handles.map((db) => new KyselyMessageStore(db));
      const deliveries = ids.map((id) => ({
        id,
        messageId: id,
        topic: 't',
        subscription: 's',
        data: '',
        attributes: {},
        attempts: 0,
        publishedAt: at(0),
      }));
      await messages[0]?.addDeliveries(deliveries, at(0));
      /** Takes until nothing is left, as all do at once. */
      const drain = async (take: () => Promise<{ id: string }[]>) => {
        const taken: string[] = [];
        for (let misses = 0; misses < 3; ) {
          const found = await take();
          taken.push(...found.map(({ id }) => id));
          misses = found.length === 0 ? misses + 1 : 0;
        }
        return taken;
      };
      const relayed = await race((store) => drain(() => store.takeUnpublished(at(1), at(60), 3)));
      assert.deepEqual(relayed.flat().toSorted(), ids);
      const delivered = await Promise.all(
        messages.map((store) => drain(() => store.takeDue(at(1), at(60), 3))),
      );
      assert.deepEqual(delivered.flat().toSorted(), ids);
    });
  });
}
