import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KyselyStateStore } from '@triad/shared/state/kysely-state-store.ts';
import { KyselyTickLedger } from '@triad/shared/state/kysely-tick-ledger.ts';
import { initial } from '@triad/shared/state/migrations/001-initial.ts';
import { admission } from '@triad/shared/state/migrations/002-admission.ts';
import { schedules } from '@triad/shared/state/migrations/003-schedules.ts';
import { alarms } from '@triad/shared/state/migrations/004-alarms.ts';
import { events } from '@triad/shared/state/migrations/005-events.ts';
import { leases } from '@triad/shared/state/migrations/006-leases.ts';
import { access } from '@triad/shared/state/migrations/007-access.ts';
import { resultHistory } from '@triad/shared/state/migrations/008-result-history.ts';
import { openSqlite } from '@triad/shared/state/sqlite-database.ts';
import { sql } from 'kysely';
import { Admission } from '../../../orchestrator/admit/admission.ts';
import { RunEngine } from '../../../orchestrator/run/run-engine.ts';
import { RunStarter } from '../../../orchestrator/run/run-starter.ts';
import { Scheduler } from '../../../orchestrator/schedule/scheduler.ts';
import { setUpOrchestrator } from '../../harness/orchestrator/orchestrator-setup.ts';
import { daily } from '../../harness/orchestrator/schedule-setup.ts';

test('ticks of an earlier build keep their runs, and one that was missed is made up for', async () => {
  const db = await openSqlite(':memory:');
  await sql`pragma foreign_keys = off`.execute(db);
  for (const { name } of await db.introspection.getTables()) {
    await db.schema.dropTable(name).execute();
  }
  await initial.up(db);
  await admission.up(db);
  const old = [
    ['2023-12-30', 'r1'],
    ['2023-12-31', null],
  ] as const;
  for (const [date, runId] of old) {
    const dueAt = `${date}T06:00:00.000Z`;
    await sql`insert into ticks values ('a', ${dueAt}, ${date}, ${runId})`.execute(db);
  }
  for (const { up } of [schedules, alarms, events, leases, access, resultHistory]) await up(db);

  const setup = await setUpOrchestrator();
  const ledger = new KyselyTickLedger(db);
  const state = new KyselyStateStore(db);
  const engine = new RunEngine({ ...setup, state, poolSizes: new Map() });
  const admitting = new Admission({ state, engine, maxActiveRuns: 9 });
  const starter = new RunStarter({ ...setup, state, admission: admitting, codeRevision: 'abc' });
  const pipelines = new Map([['a', daily('a')]]);
  await new Scheduler({ ...setup, ledger, engine, starter, pipelines }).tick();
  const ticks = await ledger.list({ limit: 9 });
  assert.deepEqual(
    ticks.map((tick) => [tick.runDate, tick.state, tick.runId]),
    [
      ['2024-01-03', 'expected', null],
      ['2024-01-02', 'expected', null],
      ['2024-01-01', 'expected', null],
      ['2023-12-31', 'fired', 'id000001'],
      ['2023-12-30', 'fired', 'r1'],
    ],
  );
  assert.deepEqual(ticks[3]?.intervalStart, new Date('2023-12-30T06:00:00.000Z'));
});
