import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import type { OrderHistory } from '../learners/order-history.ts';

const required = ['id_customer', 'order_date', 'sales_ar'];

/**
 * Reads a snapshot (Parquet with id_customer, order_date, sales_ar) into columns. The engine runs
 * in memory here: the trainer never opens the warehouse.
 * Errors: `SNAPSHOT_INVALID` when a column is missing or holds nulls.
 */
export async function readOrders(snapshotFile: string): Promise<OrderHistory> {
  const db = await DuckDBInstance.create(':memory:');
  const connection = await db.connect();
  try {
    await checkColumns(connection, snapshotFile);
    const customers = await connection.runAndReadAll(
      'SELECT DISTINCT id_customer FROM read_parquet($file) ORDER BY id_customer',
      { file: snapshotFile },
    );
    const orders = await connection.runAndReadAll(
      `SELECT
         (dense_rank() OVER (ORDER BY id_customer) - 1)::INTEGER,
         (order_date - DATE '1970-01-01')::INTEGER,
         sales_ar::DOUBLE
       FROM read_parquet($file)`,
      { file: snapshotFile },
    );
    const [customer = [], day = [], amount = []] = orders.getColumnsJS();
    return {
      customers: (customers.getColumnsJS()[0] ?? []).map(String),
      customer: Int32Array.from(customer, Number),
      day: Int32Array.from(day, Number),
      amount: Float64Array.from(amount, Number),
    };
  } finally {
    connection.closeSync();
    db.closeSync();
  }
}

async function checkColumns(connection: DuckDBConnection, file: string): Promise<void> {
  const described = await connection.runAndReadAll('DESCRIBE SELECT * FROM read_parquet($file)', {
    file,
  });
  const columns = described.getColumnsJS()[0] ?? [];
  for (const column of required) {
    if (!columns.includes(column)) throw invalid(`it has no column ${column}`);
  }
  const nulls = await connection.runAndReadAll(
    `SELECT count(*) FROM read_parquet($file)
     WHERE id_customer IS NULL OR order_date IS NULL OR sales_ar IS NULL`,
    { file },
  );
  const count = Number(nulls.getRowsJS()[0]?.[0]);
  if (count > 0) throw invalid(`${count} rows have a null in ${required.join(', ')}`);
}

const invalid = (reason: string) => new TriadError('SNAPSHOT_INVALID', { reason });
