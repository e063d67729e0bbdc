import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { DuckDBInstance } from '@duckdb/node-api';
import { fitClv } from '../../../trainer/learners/clv/learner.ts';
import { clvParams } from '../../../trainer/learners/clv/params.ts';
import { predictClv } from '../../../trainer/learners/clv/predict.ts';
import { type Order, ordersOf } from '../../harness/clv/orders.ts';
import { realData } from '../../harness/real-data.ts';

const { path, skip } = realData('online_retail/online_retail_541909.parquet');

async function readOrders(): Promise<Order[]> {
  const db = await DuckDBInstance.create(':memory:');
  const connection = await db.connect();
  const orders = await connection.runAndReadAll(
    `SELECT CustomerID::INTEGER::VARCHAR, InvoiceDate::DATE::VARCHAR, sum(Quantity * UnitPrice)::DOUBLE
     FROM read_parquet($path)
     WHERE CustomerID IS NOT NULL AND InvoiceNo NOT LIKE 'C%' AND Quantity > 0 AND UnitPrice > 0
     GROUP BY InvoiceNo, 1, 2 ORDER BY ALL`,
    { path },
  );
  connection.closeSync();
  db.closeSync();
  return orders.getRowsJS().map(([id, date, sales]) => [String(id), String(date), Number(sales)]);
}

describe('Online Retail, with customers of up to 130 purchase days', { skip }, () => {
  test('is fitted to the higher of its two maxima, and predicted in full', async () => {
    const orders = ordersOf(await readOrders());
    const params = clvParams.parse({ run_date: '2011-12-10' });
    const { model, metrics } = fitClv(orders, params);
    const { r, alpha, a, b } = model.bgNbd.parameters;
    // The other maximum, with no dropout at all, has −37697.460.
    assert.equal(model.bgNbd.logLikelihood.toFixed(3), '-37697.307');
    assert.deepEqual(
      [r, alpha * 7, a, b].map((value) => value.toPrecision(3)),
      ['0.826', '69.2', '0.00392', '6.65'],
    );
    assert.ok(Object.values(metrics).every(Number.isFinite));

    const { id_customer, p_alive, expected_purchases, expected_value, clv } = predictClv(
      model,
      orders,
      params,
    );
    assert.equal(id_customer.length, 4338);
    for (const column of [p_alive, expected_purchases, expected_value, clv]) {
      assert.ok(column.every((value) => Number.isFinite(value) && value >= 0));
    }
    // A year of lifetime value is of the order of the year of sales that it was learnt from.
    const total = clv.reduce((sum, value) => sum + value, 0);
    assert.ok(total > 0.7 * 8_911_407 && total < 1.2 * 8_911_407, `${total}`);
  });
});
