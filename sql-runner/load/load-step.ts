import { existsSync } from 'node:fs';
import { digestFile } from '@triad/shared/artifacts/digest-file.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import type { JobContext, JobResult, StepHandler } from '@triad/shared/jobs/job.ts';
import type { Cell, TableName, Warehouse } from '@triad/shared/warehouse/warehouse.ts';
import { fingerprintOf } from '../run/fingerprint.ts';
import { publishOnce, type Staged } from '../run/publish-once.ts';
import { ownSql, runDateParameter, tableText } from '../run/statements.ts';
import { tableOf } from '../run/watermark.ts';
import type { SqlRunnerServices } from '../services.ts';
import { withWarehouse } from '../with-warehouse.ts';
import { isObject, type LoadRequest, loadRequestOf } from './load-params.ts';
import { checkLines, countRejected, type LoadCounts, mapRows } from './order-lines.ts';
import { readSourceRows } from './read-source-rows.ts';
import { typeColumns } from './typed-columns.ts';

/** The table that all sources are loaded into. */
const orderLines = 'order_lines';

/**
 * The `load` step: reads a declared source into `order_lines`. The lines of a run date are one
 * extract: loading the date again replaces them.
 */
export const loadStep =
  (services: SqlRunnerServices): StepHandler =>
  async (context) => {
    const { spec } = context;
    const request = await located(services, loadRequestOf(spec, services.sqlDirectory));
    const sourceHash = await hashOf(request, context);
    return withWarehouse(services, context, (warehouse) =>
      publishOnce(warehouse, context, {
        dataset: services.dataset,
        tables: [orderLines],
        fingerprint: fingerprintOf([request.source, request.limit, sourceHash]),
        build: (staging) => build(warehouse, context, request, { staging, sourceHash }),
      }),
    );
  };

/** With the file on this machine. */
async function located(services: SqlRunnerServices, request: LoadRequest): Promise<LoadRequest> {
  if (request.kind !== 'file' || !isObject(request.path)) return request;
  return { ...request, path: await services.fetchObject(request.path) };
}

/** SHA-256 of what is loaded: the file, or what determines the simulation. */
async function hashOf(request: LoadRequest, { spec }: JobContext): Promise<string> {
  if (request.kind === 'simulated') {
    return fingerprintOf([request.customers, spec.pins.seed, spec.runDate]);
  }
  const { path } = request;
  if (!existsSync(path)) throw new TriadError('FILE_MISSING', { path });
  return (await digestFile(path)).sha256;
}

async function build(
  warehouse: Warehouse,
  { spec }: JobContext,
  request: LoadRequest,
  { staging, sourceHash }: { staging: string; sourceHash: string },
): Promise<Staged> {
  const { source } = request;
  const table = (name: string): TableName => ({ dataset: staging, table: name });
  const [typed, lines, checked] = [table('typed'), table('lines'), table('checked')];
  const path = request.kind === 'file' ? request.path : 'the simulation';
  const file = { source, path, table: table('source_rows') };

  const read = await readSourceRows(warehouse, file.table, request, spec);
  await typeColumns(warehouse, file, typed);
  const counts = await countRejected(warehouse, source, typed);
  await mapRows(warehouse, source, { typed, lines, runDate: spec.runDate });
  await checkLines(warehouse, file, { typed, lines, checked });

  const totals = await totalsOf(warehouse, lines, spec.runDate);
  if (totals.rows === 0 && !source.allow_empty) {
    throw new TriadError('SOURCE_EMPTY', { source: source.name, read: read.rows, path });
  }
  return {
    changes: [{ kind: 'run-date', table: orderLines, from: lines }],
    result: {
      tables: [tableOf(orderLines, totals.rows, totals.watermark)],
      metrics: metricsOf(read.rows, totals, counts),
      notes: [...read.notes, ...notesOf(totals, counts)],
      sourceHash,
    },
  };
}

interface Totals {
  rows: number;
  customers: number;
  sales: number;
  /** Lines of orders after the run date: kept, but nothing for this run date reads them. */
  afterRunDate: number;
  /** The latest day of an order; null without any. */
  watermark: Cell;
}

async function totalsOf(warehouse: Warehouse, lines: TableName, runDate: string): Promise<Totals> {
  const { rows } = await warehouse.query(
    ownSql(
      `SELECT COUNT(*), COUNT(DISTINCT id_customer), CAST(IFNULL(SUM(sales_ar), 0) AS FLOAT64),
         COUNTIF(order_date > @run_date), MAX(order_date)
       FROM ${tableText(lines)}`,
      runDateParameter(runDate),
    ),
  );
  const [counts = [], watermark = null] = [rows[0]?.slice(0, 4), rows[0]?.[4]];
  const [count = 0, customers = 0, sales = 0, afterRunDate = 0] = counts.map(Number);
  return { rows: count, customers, sales, afterRunDate, watermark };
}

const metricsOf = (
  read: number,
  { rows, customers, sales, afterRunDate }: Totals,
  { rejected, rejectedBy }: LoadCounts,
): NonNullable<JobResult['metrics']> => ({
  'load.rows_read': read,
  'load.rows': rows,
  'load.customers': customers,
  'load.sales': sales,
  'load.after_run_date': afterRunDate,
  'load.rejected': rejected,
  ...Object.fromEntries(
    Object.entries(rejectedBy).map(([filter, count]) => [`load.rejected.${filter}`, count]),
  ),
});

function notesOf({ afterRunDate }: Totals, { rejectedBy }: LoadCounts): string[] {
  const rejected = Object.entries(rejectedBy)
    .filter(([, count]) => count > 0)
    .map(([filter, count]) => `Rows left out by the filter ${filter}: ${count}.`);
  if (afterRunDate === 0) return rejected;
  return [...rejected, `Rows dated after the run date, which it does not use: ${afterRunDate}.`];
}
