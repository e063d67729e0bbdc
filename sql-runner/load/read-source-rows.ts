import { epochDay, isoDateOf } from '@triad/shared/clock/epoch-day.ts';
import type { JobSpec } from '@triad/shared/contracts/job-spec.ts';
import type { Cell, Column, TableName, Warehouse } from '@triad/shared/warehouse/warehouse.ts';
import type { LoadRequest } from './load-params.ts';

export interface SourceRows {
  rows: number;
  notes: string[];
}

/** Makes `table` from the source, as it is: `_line` and the declared columns. */
export async function readSourceRows(
  warehouse: Warehouse,
  table: TableName,
  request: LoadRequest,
  spec: JobSpec,
): Promise<SourceRows> {
  if (request.kind === 'simulated') return simulate(warehouse, table, request, spec);
  const { source, limit, path, format } = request;
  const { rows, otherColumns } = await warehouse.loadFile(table, {
    path,
    format,
    columns: Object.keys(source.columns),
    ...source.csv,
    ...(limit !== undefined && { limit }),
  });
  const ignored = `Columns of the file that the source does not use: ${otherColumns.join(', ')}.`;
  return { rows, notes: otherColumns.length > 0 ? [ignored] : [] };
}

const simulatedDays = 730;

const simulatedColumns: Column[] = [
  { name: '_line', type: 'INT64' },
  { name: 'id_customer', type: 'STRING' },
  { name: 'order_date', type: 'DATE' },
  { name: 'sales_ar', type: 'NUMERIC' },
];

/** Orders of the two years up to the run date, the same for the same seed and run date. */
async function simulate(
  warehouse: Warehouse,
  table: TableName,
  { customers, limit = Number.POSITIVE_INFINITY }: { customers: number; limit: number | undefined },
  { runDate, pins }: JobSpec,
): Promise<SourceRows> {
  // Few loads simulate, and its distributions take longer to import than all the rest.
  const { simulateOrders } = await import('@triad/shared/simulate/simulate-orders.ts');
  const orders = simulateOrders({
    customers,
    seed: (pins.seed % 4_294_967_295) + 1,
    start_date: isoDateOf(epochDay(runDate) - (simulatedDays - 1)),
    window_days: simulatedDays,
  });
  let rows = 0;
  function* cells(): Generator<Cell[]> {
    for (const { id_customer, order_date, sales_ar } of orders) {
      if (rows === limit) return;
      rows++;
      yield [BigInt(rows), id_customer, order_date, sales_ar.toFixed(2)];
    }
  }
  await warehouse.createTable(table, simulatedColumns);
  await warehouse.insertRows(table, cells());
  return { rows, notes: [] };
}
