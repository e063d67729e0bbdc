import type { ParamValue } from '@triad/shared/contracts/json.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import type { StepHandler } from '@triad/shared/jobs/job.ts';
import type { Cell, QueryResult } from '@triad/shared/warehouse/warehouse.ts';
import { z } from 'zod';
import type { SqlRunnerServices } from '../services.ts';
import { stepParams } from './step-params.ts';

const params = z.object({
  /** One SELECT in GoogleSQL that gives one row of one column. */
  query: z.string().min(1),
});

/**
 * The `sense` step: the one value of a query of the published tables, as the list `value` of its
 * manifest, which is empty for NULL. Errors: `SQL_INVALID` for a result of another shape.
 */
export const senseStep =
  ({ openWarehouse }: SqlRunnerServices): StepHandler =>
  async ({ spec, signal }) => {
    const { query } = stepParams(params, spec);
    const { memoryMiB } = spec.resources;
    const warehouse = await openWarehouse({ write: false, memoryMiB, signal });
    try {
      const result = await warehouse.query({ text: query, origin: 'the query of the sensor' });
      const value = scalarOf(result);
      return { lists: { value: value === null ? [] : [toParam(value)] } };
    } finally {
      await warehouse.close();
    }
  };

function scalarOf({ columns, rows }: QueryResult): Cell {
  const value = rows[0]?.[0];
  if (columns.length === 1 && rows.length === 1 && value !== undefined) return value;
  const reason = `expected one row of one column, got ${rows.length} rows of ${columns.length}`;
  throw new TriadError('SQL_INVALID', { action: 'the query of the sensor', reason });
}

/** An INT64 that a double cannot hold becomes its digits. */
function toParam(cell: NonNullable<Cell>): ParamValue {
  if (typeof cell === 'bigint') {
    return Number.isSafeInteger(Number(cell)) ? Number(cell) : String(cell);
  }
  return typeof cell === 'number' && !Number.isFinite(cell) ? String(cell) : cell;
}
