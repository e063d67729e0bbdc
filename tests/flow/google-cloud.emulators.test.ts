import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunView } from '@triad/shared/contracts/run-view.ts';
import { onHome, runRfm } from '../harness/golden/run-rfm.ts';
import { CloudSystem } from '../harness/google-cloud/cloud-system.ts';
import { realData } from '../harness/real-data.ts';
import { publishedRows } from '../harness/sql-runner/published-rows.ts';
import { temporaryDirectory } from '../harness/temporary-directory.ts';

const onlineRetail = realData('online_retail/online_retail_541909.parquet');
const isReal = onlineRetail.skip === false;
const runDate = isReal ? '2011-12-10' : '2024-12-31';
const tables = ['order_lines', 'orders', 'customer_activity', 'rfm', 'rfm_thresholds', 'clv'];
const options = { timeout: 900_000 };

const attempts = ({ steps }: RunView) =>
  steps.map(({ name, state, attempts }) => [name, state, attempts]);
const inAnyOrder = (rows: object[]) => rows.map((row) => JSON.stringify(row)).sort();

type Rows = Record<string, unknown>[];

/** All rows of a table, with the columns in their order. */
async function rowsOf(cloud: CloudSystem, table: string): Promise<Rows> {
  if (table !== 'order_lines') return cloud.published(`SELECT * FROM ${table}`);
  // Each page of a result takes the emulator as long as all of it: so 400,000 rows come as few, each
  // with the lines of an order.
  const orders = await cloud.published(`
    SELECT run_date, id_customer, id_order, order_date,
      STRING_AGG(CONCAT(CAST(line AS STRING), ' ', CAST(sales_ar AS STRING))) AS lines
    FROM order_lines GROUP BY run_date, id_customer, id_order, order_date`);
  return orders.flatMap(({ run_date, id_customer, id_order, order_date, lines }) =>
    `${lines}`.split(',').map((one) => {
      const [line, sales_ar] = one.split(' ').map(Number);
      return { run_date, line, id_customer, id_order, order_date, sales_ar };
    }),
  );
}

const title = `${isReal ? 'Online Retail' : 'a simulated shop'} in the profile gcp, on emulators, and embedded`;
test(title, options, async (t) => {
  if (!isReal) t.diagnostic(`${onlineRetail.skip}: the orders are simulated`);
  const sourceAt = (path: string) => (isReal ? `online-retail:${path}` : 'simulated');
  const home = await temporaryDirectory();
  const { view: embedded } = await runRfm(onHome(home), sourceAt(onlineRetail.path), runDate);
  const cloud = await CloudSystem.start();
  const object = isReal ? await cloud.upload(onlineRetail.path) : '';
  const { view: run } = await runRfm(await cloud.variables(), sourceAt(object), runDate);

  await t.test('succeeds at the first attempt of each step', () => {
    assert.equal(run.state, 'succeeded', JSON.stringify(run.error));
    assert.deepEqual(attempts(run), attempts(embedded));
  });

  await t.test('runs each step as a job of Cloud Run, since none asks for a machine', () => {
    assert.ok(cloud.jobs.jobs.length >= run.steps.length);
    for (const { name } of cloud.jobs.jobs) assert.match(name, /\/executions\//);
  });

  for (const table of tables) {
    await t.test(`publishes the same rows of ${table}, column by column`, async () => {
      const expected = inAnyOrder(await publishedRows(home, `SELECT * FROM ${table}`));
      const found = inAnyOrder(await rowsOf(cloud, table));
      assert.ok(expected.length > 0);
      assert.equal(found.length, expected.length);
      // The first that differs: all of them would be more than anybody reads.
      const at = found.findIndex((row, index) => row !== expected[index]);
      assert.equal(found[at], expected[at]);
    });
  }

  await t.test('measures the same', () => {
    assert.deepEqual(Object.keys(run.metrics), Object.keys(embedded.metrics));
    for (const [name, expected] of Object.entries(embedded.metrics)) {
      const found = run.metrics[name] ?? Number.NaN;
      // The emulator rounds to FLOAT64, so that a sum of what it has rounded has an error.
      const tolerance = name === 'load.sales' ? 1e-12 * expected : 0;
      assert.ok(Math.abs(found - expected) <= tolerance, `${name}: ${found}, not ${expected}`);
    }
  });
});
