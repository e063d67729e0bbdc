import type { JobSpec } from '@triad/shared/contracts/job-spec.ts';
import type { JobResult } from '@triad/shared/jobs/job.ts';
import type {
  Cell,
  Column,
  TableName,
  Warehouse,
  WarehouseSession,
} from '@triad/shared/warehouse/warehouse.ts';
import { ownSql, runDateParameter, tableText } from './statements.ts';

/** Who published the rows of a table for a run date, last. */
export interface Publication {
  table: string;
  runId: string;
  step: string;
  attempt: number;
  /** SHA-256 of all that decided the result: equal for an attempt that would publish the same. */
  fingerprint: string;
  /** What the step reported, for a later attempt that finds its work done. */
  result: JobResult;
}

const publications: TableName = { dataset: '_triad', table: 'publications' };

const columns: Column[] = [
  { name: 'table_name', type: 'STRING' },
  { name: 'run_date', type: 'DATE' },
  { name: 'run_id', type: 'STRING' },
  { name: 'step', type: 'STRING' },
  { name: 'attempt', type: 'INT64' },
  { name: 'sql_hash', type: 'STRING' },
  { name: 'fingerprint', type: 'STRING' },
  { name: 'rows', type: 'INT64' },
  { name: 'published_at', type: 'DATETIME' },
  { name: 'result', type: 'STRING' },
];

export async function preparePublications(warehouse: Warehouse): Promise<void> {
  if (await warehouse.columns(publications)) return;
  await warehouse.createDataset(publications.dataset, 'permanent');
  await warehouse.createTable(publications, columns);
}

/** The last publications of a run date, for the given tables. */
export async function readPublications(
  session: WarehouseSession,
  tables: readonly string[],
  runDate: string,
): Promise<Publication[]> {
  const { rows } = await session.query(
    ownSql(
      `SELECT table_name, run_id, step, attempt, fingerprint, result
       FROM ${tableText(publications)} WHERE run_date = @run_date ORDER BY table_name`,
      runDateParameter(runDate),
    ),
  );
  return rows.map(toPublication).filter(({ table }) => tables.includes(table));
}

function toPublication([table, runId, step, attempt, fingerprint, result]: Cell[]): Publication {
  return {
    table: String(table),
    runId: String(runId),
    step: String(step),
    attempt: Number(attempt),
    fingerprint: String(fingerprint),
    result: JSON.parse(String(result)) as JobResult,
  };
}

/** Takes the place of what was recorded for the tables of `result` and the run date. */
export async function recordPublications(
  session: WarehouseSession,
  spec: JobSpec,
  { fingerprint, result, at }: { fingerprint: string; result: JobResult; at: Date },
): Promise<void> {
  const publishedAt = at.toISOString().replace('T', ' ').replace('Z', '');
  const rows = (result.tables ?? []).map(({ table, rows: count }): Cell[] => [
    table,
    spec.runDate,
    spec.runId,
    spec.step,
    BigInt(spec.attempt),
    result.sqlHash ?? null,
    fingerprint,
    BigInt(count),
    publishedAt,
    JSON.stringify(result),
  ]);
  for (const [table] of rows) {
    await session.deleteRows(publications, {
      table_name: { type: 'STRING', value: table ?? null },
      run_date: { type: 'DATE', value: spec.runDate },
    });
  }
  await session.insertRows(publications, rows);
}
