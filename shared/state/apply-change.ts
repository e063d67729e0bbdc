import type { Transaction } from 'kysely';
import type { Database } from './database.ts';
import { inFlightRecord, outboxRecord, slotRecords } from './run-records.ts';
import type { CachedStep, InFlight, RunChange } from './state-store.ts';

/** The revision that counts admissions. */
export const ADMISSION = 'admission';

/** Stores a change of a run with exactly `seenEvents` events; `require` ends it where it cannot be. */
export async function applyChange(
  tx: Transaction<Database>,
  require: (holds: boolean) => void,
  runId: string,
  seenEvents: number,
  change: RunChange,
): Promise<void> {
  if (change.admission !== undefined) require(await spendRevision(tx, change.admission));
  // First, because it holds the run's row: changes of one run go one after another.
  await tx
    .updateTable('runs')
    .set({
      state: change.state,
      finished_at: change.finishedAt?.toISOString() ?? null,
      error: change.error ? JSON.stringify(change.error) : null,
      error_code: change.error?.code ?? null,
    })
    .where('run_id', '=', runId)
    .execute();
  require((await countEvents(tx, runId)) === seenEvents);

  if (change.ended.length > 0) {
    await tx.deleteFrom('pool_slots').where('command_id', 'in', change.ended).execute();
    await tx.deleteFrom('in_flight').where('command_id', 'in', change.ended).execute();
  }
  if (change.dispatched.length > 0) {
    await tx.insertInto('in_flight').values(change.dispatched.map(inFlightRecord)).execute();
  }
  require(await takeSlots(tx, change.dispatched));
  await replaceWaits(tx, runId, change.waits);
  for (const entry of change.cached) await storeCached(tx, entry);
  if (change.events.length > 0) {
    const records = change.events.map(({ at, event }, index) => ({
      run_id: runId,
      seq: seenEvents + index + 1,
      at: at.toISOString(),
      event: JSON.stringify(event),
    }));
    await tx.insertInto('run_events').values(records).execute();
  }
  if (change.outbox.length > 0) {
    const records = change.outbox.map((message) => outboxRecord(message, change.takenUntil));
    await tx.insertInto('outbox').values(records).execute();
  }
}

/** Compare-and-set: of two admissions that were decided on the same counts, one is stored. */
async function spendRevision(tx: Transaction<Database>, seen: number): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('revisions')
    .set({ revision: seen + 1 })
    .where('name', '=', ADMISSION)
    .where('revision', '=', seen)
    .executeTakeFirstOrThrow();
  return numUpdatedRows === 1n;
}

async function countEvents(tx: Transaction<Database>, runId: string): Promise<number> {
  const { count } = await tx
    .selectFrom('run_events')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('run_id', '=', runId)
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** Takes all slots, or tells that one of them is held: the key of the table is the judge. */
async function takeSlots(tx: Transaction<Database>, dispatched: InFlight[]): Promise<boolean> {
  // Always in the same order, so that two takers do not wait for each other.
  const records = dispatched
    .flatMap(slotRecords)
    .toSorted((a, b) => (a.pool === b.pool ? a.slot - b.slot : a.pool < b.pool ? -1 : 1));
  if (records.length === 0) return true;
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto('pool_slots')
    .values(records)
    .onConflict((conflict) => conflict.columns(['pool', 'slot']).doNothing())
    .executeTakeFirstOrThrow();
  return numInsertedOrUpdatedRows === BigInt(records.length);
}

async function replaceWaits(
  tx: Transaction<Database>,
  runId: string,
  pools: string[],
): Promise<void> {
  await tx.deleteFrom('pool_waits').where('run_id', '=', runId).execute();
  if (pools.length === 0) return;
  const { priority } = await tx
    .selectFrom('runs')
    .select('priority')
    .where('run_id', '=', runId)
    .executeTakeFirstOrThrow();
  const rows = pools.map((pool) => ({ pool, run_id: runId, priority }));
  await tx.insertInto('pool_waits').values(rows).execute();
}

/** Of equal attempts the newest is kept: its files are the last to be pruned. */
async function storeCached(tx: Transaction<Database>, entry: CachedStep): Promise<void> {
  const row = {
    run_id: entry.runId,
    step: entry.step,
    attempt: entry.attempt,
    result: JSON.stringify(entry.result),
    duration_ms: entry.durationMs,
    at: entry.at.toISOString(),
  };
  await tx
    .insertInto('step_cache')
    .values({ key: entry.key, ...row })
    .onConflict((conflict) => conflict.column('key').doUpdateSet(row))
    .execute();
}
