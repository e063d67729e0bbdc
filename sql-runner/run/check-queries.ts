import type { Params } from '@triad/shared/contracts/json.ts';
import type { ManifestCheck } from '@triad/shared/contracts/manifest.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import type { JobContext, JobResult } from '@triad/shared/jobs/job.ts';
import type { Sql, Warehouse } from '@triad/shared/warehouse/warehouse.ts';
import type { SqlRunnerServices } from '../services.ts';
import { withWarehouse } from '../with-warehouse.ts';
import { findOffending } from './audit.ts';
import { fingerprintOf } from './fingerprint.ts';
import { runDateParameter } from './statements.ts';

interface CheckQuery {
  name: string;
  returns: 'number' | 'offending_rows';
  text: string;
}

/** The queries among a step's parameters: `sql.number.<name>` and `sql.offending_rows.<name>`. */
export function queriesOf(params: Params): CheckQuery[] {
  return Object.entries(params).flatMap(([key, text]) => {
    const [, returns, name] = /^sql\.(number|offending_rows)\.(.+)$/.exec(key) ?? [];
    if (returns === undefined || name === undefined) return [];
    return [{ name, returns: returns as CheckQuery['returns'], text: String(text) }];
  });
}

/**
 * Runs each query, in GoogleSQL with `@run_date` bound. Numbers become the metrics `sql.<name>`,
 * with none for a NULL; offending rows become checks. Whether they are as they should be is for the
 * step's postconditions to say. `SQL_INVALID` when what should be one number is not.
 */
export function checkQueries(
  services: SqlRunnerServices,
  context: JobContext,
  queries: readonly CheckQuery[],
): Promise<JobResult> {
  const parameters = runDateParameter(context.spec.runDate);
  return withWarehouse(services, context, async (warehouse) => {
    const metrics: Record<string, number> = {};
    const checks: ManifestCheck[] = [];
    for (const { name, returns, text } of queries) {
      const query: Sql = { text, origin: `the query of postcondition ${name}`, parameters };
      if (returns === 'offending_rows') {
        checks.push(await findOffending(warehouse, name, query));
      } else {
        const value = await numberOf(warehouse, query);
        if (value !== null) metrics[`sql.${name}`] = value;
      }
    }
    return { metrics, checks, sqlHash: fingerprintOf(queries) };
  });
}

async function numberOf(warehouse: Warehouse, query: Sql): Promise<number | null> {
  const { columns, rows } = await warehouse.query(query);
  if (rows.length !== 1 || columns.length !== 1) {
    const found = `${rows.length} rows of ${columns.length} columns`;
    throw notOneNumber(query, found);
  }
  const cell = rows[0]?.[0] ?? null;
  const isNumber = ['INT64', 'FLOAT64', 'NUMERIC', 'BOOL'].includes(columns[0]?.type ?? '');
  if (cell !== null && !isNumber) throw notOneNumber(query, `a ${columns[0]?.type}`);
  return cell === null ? null : Number(cell);
}

const notOneNumber = ({ origin }: Sql, found: string) =>
  new TriadError('SQL_INVALID', {
    action: origin,
    reason: `expected one row with one number, found ${found}`,
  });
