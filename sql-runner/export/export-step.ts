import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { digestFile } from '@triad/shared/artifacts/digest-file.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import type { StepHandler } from '@triad/shared/jobs/job.ts';
import { z } from 'zod';
import { names, runDateParameter, tableText } from '../run/statements.ts';
import { stepParams } from '../run/step-params.ts';
import type { SqlRunnerServices } from '../services.ts';
import { withWarehouse } from '../with-warehouse.ts';

const params = z.object({
  table: z.string().regex(/^[A-Za-z_]\w*$/, 'expected the name of a published table'),
});

/**
 * The `export` step: writes the run date's rows of a published table as Parquet, the output
 * `snapshot`. Sorted by all columns, and named by its content: equal rows give an equal file.
 */
export const exportStep =
  (services: SqlRunnerServices): StepHandler =>
  async (context) => {
    const { spec, scratch } = context;
    const table = { dataset: services.dataset, table: stepParams(params, spec).table };
    const file = join(scratch, 'snapshot.parquet');
    const rows = await withWarehouse(services, context, async (warehouse) => {
      const columns = await warehouse.columns(table);
      if (!columns?.some(({ name }) => name === 'run_date')) {
        throw new TriadError('NOT_FOUND', { what: 'table with a run_date', name: table.table });
      }
      const list = names(columns.map(({ name }) => name));
      const text = `SELECT ${list} FROM ${tableText(table)} WHERE run_date = @run_date
        ORDER BY ${list}`;
      const origin = `the export of ${table.table}`;
      const sql = { text, origin, parameters: runDateParameter(spec.runDate) };
      return warehouse.exportParquet(sql, file);
    });
    const { sha256 } = await digestFile(file);
    const named = join(scratch, `${table.table}-${sha256}.parquet`);
    await rename(file, named);
    await context.addOutput('snapshot', named, rows);
    return { metrics: { 'export.rows': rows } };
  };
