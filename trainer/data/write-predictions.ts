import { DuckDBInstance } from '@duckdb/node-api';
import type { Predictions } from '../learners/learner.ts';

/** Writes predictions as Parquet: id_customer, then one DOUBLE column per prediction. */
export async function writePredictions(file: string, predictions: Predictions): Promise<void> {
  const db = await DuckDBInstance.create(':memory:');
  const connection = await db.connect();
  try {
    const names = Object.keys(predictions.columns);
    const columns = names.map((name) => `${quote(name)} DOUBLE`).join(', ');
    await connection.run(`CREATE TABLE predictions (id_customer VARCHAR, ${columns})`);
    const appender = await connection.createAppender('predictions');
    for (const [row, customer] of predictions.customers.entries()) {
      appender.appendVarchar(customer);
      for (const name of names)
        appender.appendDouble(predictions.columns[name]?.[row] ?? Number.NaN);
      appender.endRow();
    }
    appender.closeSync();
    await connection.run('COPY (FROM predictions ORDER BY id_customer) TO $file (FORMAT parquet)', {
      file,
    });
  } finally {
    connection.closeSync();
    db.closeSync();
  }
}

const quote = (identifier: string) => `"${identifier.replaceAll('"', '""')}"`;
