import { type Kysely, sql } from 'kysely';
import type { Database } from './database.ts';
import type { RunFilter } from './state-store.ts';

/**
 * The ids of the newest runs that a filter matches. It names only columns that the indexes of runs
 * hold, so that looking through 100,000 runs reads none of their rows.
 */
export function matchingRuns(db: Kysely<Database>, filter: RunFilter) {
  const { pipeline, state, trigger, before, text } = filter;
  const { runDateFrom, runDateTo, createdFrom, createdTo } = filter;
  let query = db.selectFrom('runs').select('run_id').orderBy('run_id', 'desc').limit(filter.limit);
  if (pipeline) query = query.where('pipeline', '=', pipeline);
  if (state) query = query.where('state', '=', state);
  if (trigger) query = query.where('trigger', '=', trigger);
  else if (!pipeline) query = query.where('trigger', '!=', 'look');
  if (runDateFrom) query = query.where('run_date', '>=', runDateFrom);
  if (runDateTo) query = query.where('run_date', '<=', runDateTo);
  if (createdFrom) query = query.where('created_at', '>=', createdFrom.toISOString());
  if (createdTo) query = query.where('created_at', '<', createdTo.toISOString());
  if (before) query = query.where('run_id', '<', before);
  if (text) {
    // Ids are in lower case and codes in upper case, on every database.
    query = query.where(({ or }) =>
      or([
        sql<boolean>`run_id like ${containing(text.toLowerCase())} escape '!'`,
        sql<boolean>`error_code like ${containing(text.toUpperCase())} escape '!'`,
      ]),
    );
  }
  return query;
}

const containing = (text: string): string => `%${text.replace(/[!%_]/g, '!$&')}%`;
