import type { Transaction } from 'kysely';
import type { RunPlan } from '../contracts/run-plan.ts';
import type { Database } from './database.ts';
import type { TickKey } from './tick-ledger.ts';

/**
 * Inserts a run and fires its tick. `false` when its cause or its tick has a run already: then the
 * transaction must be rolled back.
 */
export async function createRun(
  tx: Transaction<Database>,
  plan: RunPlan,
  tick: TickKey | undefined,
): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await tx
    .insertInto('runs')
    .values(newRunRecord(plan))
    .onConflict((conflict) => conflict.column('cause').doNothing())
    .executeTakeFirstOrThrow();
  if (numInsertedOrUpdatedRows !== 1n) return false;
  return !tick || (await fireTick(tx, tick, plan.runId));
}

/** Compare-and-set: of two schedulers that see the same tick, one changes the row. */
async function fireTick(tx: Transaction<Database>, tick: TickKey, runId: string): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('ticks')
    .set({ state: 'fired', run_id: runId })
    .where('pipeline', '=', tick.pipeline)
    .where('occurrence', '=', tick.occurrence.toISOString())
    .where('state', '=', 'expected')
    .executeTakeFirstOrThrow();
  return numUpdatedRows === 1n;
}

const newRunRecord = (plan: RunPlan) => ({
  run_id: plan.runId,
  pipeline: plan.pipeline.name,
  run_date: plan.runDate,
  state: plan.queued ? 'queued' : 'running',
  trigger: plan.trigger,
  plan: JSON.stringify(plan),
  created_at: plan.createdAt.toISOString(),
  finished_at: null,
  error: null,
  error_code: null,
  priority: plan.priority,
  cause: plan.cause,
});
