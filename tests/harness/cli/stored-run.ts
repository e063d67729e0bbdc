import { systemClock } from '@triad/shared/clock/clock.ts';
import { homeLayout } from '@triad/shared/config/home.ts';
import type { RunView } from '@triad/shared/contracts/run-view.ts';
import { KyselyStateStore } from '@triad/shared/state/kysely-state-store.ts';
import { openSqlite } from '@triad/shared/state/sqlite-database.ts';
import { runViewOf } from '../../../orchestrator/run/run-view-of.ts';

/** A run as a system that has ended left it in its state; a command would boot another to tell. */
export async function storedRun(home: string, runId: string): Promise<RunView> {
  const db = await openSqlite(homeLayout(home).state);
  try {
    const run = await new KyselyStateStore(db).getRun(runId);
    if (!run) throw new Error(`no run ${runId}`);
    return runViewOf(run, systemClock.now());
  } finally {
    await db.destroy();
  }
}
