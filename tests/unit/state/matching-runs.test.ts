import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KyselyStateStore } from '@triad/shared/state/kysely-state-store.ts';
import { matchingRuns } from '@triad/shared/state/matching-runs.ts';
import { access } from '@triad/shared/state/migrations/007-access.ts';
import { openSqlite } from '@triad/shared/state/sqlite-database.ts';
import type { RunFilter } from '@triad/shared/state/state-store.ts';
import { CompiledQuery, sql } from 'kysely';
import { planOf } from '../../harness/run-fixtures.ts';

const instant = new Date('2024-01-01T00:00:00.000Z');
const filters: Omit<RunFilter, 'limit'>[] = [
  {},
  { before: 'r9' },
  { pipeline: 'rfm' },
  { state: 'succeeded', trigger: 'manual' },
  { pipeline: 'rfm', state: 'failed', text: 'TIMEOUT' },
  { trigger: 'backfill' },
  { runDateFrom: '2024-01-01', runDateTo: '2024-01-31' },
  { createdFrom: instant, createdTo: instant },
  { text: 'abc' },
];
for (const filter of filters) {
  test(`no row is read to find runs by ${Object.keys(filter).join(', ') || 'nothing'}`, async () => {
    const db = await openSqlite(':memory:');
    const query = matchingRuns(db, { ...filter, limit: 50 }).compile();
    const plan = CompiledQuery.raw(`explain query plan ${query.sql}`, [...query.parameters]);
    const { rows } = await db.executeQuery<{ detail: string }>(plan);
    assert.equal(rows.length, 1, JSON.stringify(rows));
    assert.match(rows[0]?.detail ?? '', /USING COVERING INDEX/);
    await db.destroy();
  });
}

test('runs that failed before there was a column for it are found by their error', async () => {
  const db = await openSqlite(':memory:');
  const store = new KyselyStateStore(db);
  for (const runId of ['r1', 'r2']) await store.createRun(planOf(runId));
  const error = JSON.stringify({ code: 'JOB_LOST', message: "it's gone", fix: 'f' });
  await sql`update runs set error = ${error} where run_id = 'r1'`.execute(db);
  for (const index of ['runs_by_state', 'runs_by_pipeline', 'runs_by_age']) {
    await db.schema.dropIndex(index).execute();
  }
  await db.schema.alterTable('runs').dropColumn('error_code').execute();
  for (const table of ['api_tokens', 'audit_log']) await db.schema.dropTable(table).execute();
  await db.schema.createIndex('runs_by_state').on('runs').column('state').execute();
  await db.schema.createIndex('runs_by_pipeline').on('runs').column('pipeline').execute();

  await access.up(db);
  const found = await store.listRuns({ text: 'lost', limit: 9 });
  assert.deepEqual(
    found.map(({ runId }) => runId),
    ['r1'],
  );
  await store.close();
});
