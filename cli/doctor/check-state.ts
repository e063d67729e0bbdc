import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { homeLayout } from '@triad/shared/config/home.ts';
import { type DoctorCheck, fail, ok } from './finding.ts';

/** Whether SQLite finds the state file sound; only while no system has it open. */
export const checkState: DoctorCheck = {
  name: 'state',
  async examine({ context, system }) {
    const { state } = homeLayout(context.config.home);
    if (context.config.databaseUrl !== undefined) return ok('in Postgres; see triad health');
    if (system) return ok('in use by the running system');
    if (!existsSync(state)) return ok('none yet, made at the first start');
    const problem = problemOf(state);
    if (problem === undefined) return ok('sound');
    const remedy = 'Restore the file from a backup, or move it away to start with an empty state.';
    return fail(`${state}: ${problem}`, remedy);
  },
};

function problemOf(file: string): string | undefined {
  try {
    const database = new DatabaseSync(file, { readOnly: true });
    try {
      const answer = database.prepare('PRAGMA quick_check(1)').get();
      const [verdict] = Object.values(answer ?? {});
      return verdict === 'ok' ? undefined : String(verdict);
    } finally {
      database.close();
    }
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
