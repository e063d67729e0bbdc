import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Database } from '@triad/shared/state/database.ts';
import { KyselyStateStore } from '@triad/shared/state/kysely-state-store.ts';
import { KyselyTickLedger } from '@triad/shared/state/kysely-tick-ledger.ts';
import { migrate } from '@triad/shared/state/migrate.ts';
import { initial } from '@triad/shared/state/migrations/001-initial.ts';
import { type Kysely, Migrator, sql } from 'kysely';
import { planOf } from '../harness/run-fixtures.ts';
import { databases } from '../harness/state/databases.ts';

/** Takes the newest schema away and makes that of the first release, with what it would hold. */
async function makeFirstRelease(db: Kysely<Database>): Promise<void> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  // Those that refer to others first.
  const order = tables.toSorted((a, b) => Number(a.name === 'runs') - Number(b.name === 'runs'));
  for (const { name } of order) await db.schema.dropTable(name).execute();
  const migrations = { '001_initial': initial };
  const provider = { getMigrations: async () => migrations };
  const { error } = await new Migrator({ db, provider }).migrateToLatest();
  assert.equal(error, undefined);
  const at = '2024-01-01T06:00:00.000Z';
  const plan = JSON.stringify(planOf('r1'));
  await sql`insert into runs (run_id, pipeline, run_date, state, "trigger", plan, created_at)
    values ('r1', 'test', '2024-01-31', 'running', 'manual', ${plan}, ${at})`.execute(db);
  const event = JSON.stringify({
    type: 'step_dispatched',
    step: 'only',
    attempt: 1,
    commandId: 'r1:only:1',
  });
  await sql`insert into run_events values ('r1', 1, ${at}, ${event})`.execute(db);
  await sql`insert into in_flight (command_id, run_id, step, attempt, dispatched_at, lease)
    values ('r1:only:1', 'r1', 'only', 1, ${at}, 'warehouse')`.execute(db);
  await sql`insert into ticks values ('test', ${at}, '2024-01-01', null)`.execute(db);
  const message = JSON.stringify({ specversion: '1.0', id: 'm1', source: 's', type: 't' });
  await sql`insert into outbox (id, topic, event) values ('m1', 't', ${message})`.execute(db);
  await sql`insert into deliveries (id, message_id, topic, subscription, data, attributes, attempts,
    published_at, due_at) values ('m0/s', 'm0', 't', 's', '', '{}', 2, ${at}, ${at})`.execute(db);
}

for (const { name, open } of databases) {
  test(`what the first release stored is there after all migrations: ${name}`, async () => {
    const { db } = await open();
    await makeFirstRelease(db);
    await migrate(db, 'here');
    const store = new KyselyStateStore(db);
    assert.equal((await store.getRun('r1'))?.events.length, 1);
    assert.deepEqual(await store.inFlight(), [
      {
        commandId: 'r1:only:1',
        runId: 'r1',
        step: 'only',
        attempt: 1,
        dispatchedAt: new Date('2024-01-01T06:00:00.000Z'),
        slots: [{ pool: 'warehouse', slot: 0 }],
      },
    ]);
    assert.equal((await store.listRuns({ limit: 1 }))[0]?.priority, 50);
    const ledger = new KyselyTickLedger(db);
    assert.equal((await ledger.due(new Date('2024-01-02T00:00:00Z'))).length, 1);
    const taken = await store.takeUnpublished(new Date(), new Date(), 9);
    assert.deepEqual(
      taken.map(({ id }) => id),
      ['m1'],
    );
  });

  test(`a database that a newer build wrote is refused and not touched: ${name}`, async () => {
    const { db, reopen } = await open();
    await sql`insert into kysely_migration values ('900_future', '2099-01-01')`.execute(db);
    const refusal = { code: 'STATE_NEWER', message: /900_future/ };
    await assert.rejects(reopen(), (error: Error) => {
      // Postgres is named without its password.
      assert.doesNotMatch(error.message, /@/);
      assert.match(error.message, refusal.message);
      return 'code' in error && error.code === refusal.code;
    });
  });
}
