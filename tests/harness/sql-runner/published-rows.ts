import { systemClock } from '@triad/shared/clock/clock.ts';
import { homeLayout } from '@triad/shared/config/home.ts';
import { duckDbOpener } from '@triad/shared/warehouse/duckdb-engine.ts';
import { googleSqlInDuckDb } from '../../../sql-runner/dialect/translate.ts';
import { formatResult } from '../../../sql-runner/query/format-result.ts';
import { runQuery } from '../../../sql-runner/query/run-query.ts';

/** What `triad sql --json` prints of a home, without the two processes that it takes. */
export async function publishedRows(
  home: string,
  query: string,
): Promise<Record<string, unknown>[]> {
  const { open } = duckDbOpener({
    path: homeLayout(home).warehouse,
    defaultDataset: 'triad',
    waitSeconds: 10,
    dialect: googleSqlInDuckDb,
    clock: systemClock,
  });
  return JSON.parse(formatResult(await runQuery(open, query), 'json'));
}
