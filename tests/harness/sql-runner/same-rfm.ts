import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, suite, test } from 'node:test';
import type { Manifest } from '@triad/shared/contracts/manifest.ts';
import type { OpenWarehouse } from '@triad/shared/warehouse/warehouse.ts';
import { type OrderRow, orderSource } from './order-file.ts';
import { SqlRunnerHome } from './sql-runner-home.ts';

/** 40 customers with 1 to 6 orders each, in amounts that are no binary fractions. */
const orders: OrderRow[] = Array.from({ length: 140 }, (_, n) => {
  const day = new Date(Date.UTC(2011, 11, 10) - ((n * 37) % 700) * 86_400_000);
  return [`c${n % 40 < 20 ? n % 40 : (n * 7) % 40}`, day.toISOString().slice(0, 10), (n * 13) / 10];
});

const predictions = `SELECT id_customer, 0.5 AS p_alive, 1.5 AS expected_purchases,
  20.25 AS expected_value, 30.125 AS clv FROM orders GROUP BY id_customer`;

interface Outcome {
  home: SqlRunnerHome;
  manifests: Manifest[];
}

/** The steps of the RFM pipeline that need a warehouse, in the order of the pipeline. */
async function steps(home: SqlRunnerHome): Promise<Outcome> {
  const runId = home.nextRunId();
  const load = await home.step({
    kind: 'load',
    runId,
    params: { source: await orderSource(orders) },
  });
  const sql = await home.step({ kind: 'sql', runId });
  const snapshot = await home.step({ kind: 'export', runId, params: { table: 'orders' } });
  const file = join(home.directory, 'predictions.parquet');
  await home.withWarehouse((warehouse) =>
    warehouse.exportParquet({ text: `${predictions} ORDER BY 1`, origin: 'the test' }, file),
  );
  const reference = await home.artifacts.putFile('runs/test/predict/1/predictions.parquet', file);
  const inputs = [{ ...reference, name: 'predictions', step: 'predict' }];
  const publish = await home.step({ kind: 'publish', runId, params: { table: 'clv' }, inputs });
  return { home, manifests: [load, sql, snapshot, publish] };
}

/** The steps of the RFM pipeline do the same on another warehouse as on DuckDB. */
export function sameRfmAsOnDuckDb(name: string, openWarehouse: OpenWarehouse): void {
  suite(`the RFM pipeline on ${name} and on DuckDB`, () => {
    let [embedded, cloud]: Outcome[] = [];
    before(async () => {
      embedded = await steps(await SqlRunnerHome.create());
      cloud = await steps(await SqlRunnerHome.on(openWarehouse));
    });

    for (const table of [
      'order_lines',
      'orders',
      'customer_activity',
      'rfm',
      'rfm_thresholds',
      'clv',
    ]) {
      test(`publish the same rows of ${table}`, async () => {
        const text = `SELECT * FROM triad.${table}`;
        const [a, b] = await Promise.all(
          [embedded, cloud].map(async (outcome) => {
            const rows = await outcome?.home.query(text);
            return rows?.map((row) => row.map(String).join(' | ')).sort();
          }),
        );
        assert.ok(a && a.length > 0);
        assert.deepEqual(b, a);
      });
    }

    test('write the same snapshot, byte for byte', () => {
      const [a, b] = [embedded, cloud].map((outcome) => outcome?.manifests[2]?.outputs[0]);
      assert.equal(a?.rows, orders.length);
      assert.equal(b?.sha256, a?.sha256);
    });

    test('report the same metrics, checks and tables', () => {
      const [a, b] = [embedded, cloud].map((outcome) =>
        outcome?.manifests.map(({ metrics, checks, tables, notes }) => ({
          metrics,
          checks,
          tables,
          notes,
        })),
      );
      assert.deepEqual(b, a);
    });
  });
}
