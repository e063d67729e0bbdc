import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { compileProject } from '../../../sql-runner/compile/compile-project.ts';
import { inDataset } from '../../../sql-runner/compile/project.ts';
import { freshWarehouse } from '../../harness/sql-runner/fresh-warehouse.ts';
import { type OrderRow, orderSource } from '../../harness/sql-runner/order-file.ts';
import { repositorySql, SqlRunnerHome } from '../../harness/sql-runner/sql-runner-home.ts';

const runDate = '2011-12-10';

/** Loads orders for a run date, builds everything, and gives the manifest of the `sql` step. */
async function build(home: SqlRunnerHome, orders: readonly OrderRow[], date = runDate) {
  const runId = home.nextRunId();
  const source = await orderSource(orders);
  await home.step({ kind: 'load', runId, runDate: date, params: { source } });
  return home.step({ kind: 'sql', runId, runDate: date });
}

const rfmColumns = 'id_customer, recency, frequency, monetary, r_score, f_score, m_score, segment';
const rfmOf = (home: SqlRunnerHome, date = runDate) =>
  home.query(`SELECT ${rfmColumns} FROM rfm WHERE run_date = DATE '${date}' ORDER BY id_customer`);
const thresholdsOf = (home: SqlRunnerHome) =>
  home.query('SELECT customers, r33, r67, m33, m67 FROM rfm_thresholds ORDER BY run_date');

suite('RFM', () => {
  test('recency, frequency and monetary are counted over the customer’s orders', async () => {
    const home = await SqlRunnerHome.create();
    await build(home, [
      ['a', '2011-12-01', 10.5],
      ['a', '2011-12-10', 0.25],
      ['b', '2011-11-30', 7],
    ]);
    const rows = await home.query(
      'SELECT id_customer, recency, frequency, monetary FROM rfm ORDER BY id_customer',
    );
    assert.deepEqual(rows, [
      ['a', 0n, 2n, '10.75'],
      ['b', 10n, 1n, '7'],
    ]);
  });

  test('thresholds are values of customers, also where customers tie', async () => {
    const home = await SqlRunnerHome.create();
    await build(home, [
      ['a', '2011-11-30', 5],
      ['b', '2011-11-30', 5],
      ['c', '2011-11-20', 5],
    ]);
    // Ranks ⌈0.99⌉ = 1 and ⌈2.01⌉ = 3 of 3.
    assert.deepEqual(await thresholdsOf(home), [[3n, 10n, 20n, '5', '5']]);
    assert.deepEqual(await rfmOf(home), [
      ['a', 10n, 1n, '5', 2n, 1n, 3n, 'about_to_sleep'],
      ['b', 10n, 1n, '5', 2n, 1n, 3n, 'about_to_sleep'],
      ['c', 20n, 1n, '5', 1n, 1n, 3n, 'hibernating'],
    ]);
  });

  test('100 customers: the 33rd and the 67th value, not the ones beside them', async () => {
    const home = await SqlRunnerHome.create();
    const day = (n: number) => new Date(Date.UTC(2011, 11, 10 - n)).toISOString().slice(0, 10);
    await build(
      home,
      Array.from({ length: 100 }, (_, n): OrderRow => [`c${n}`, day(n + 1), n + 1]),
    );
    assert.deepEqual(await thresholdsOf(home), [[100n, 33n, 67n, '33', '67']]);
  });

  test('a single customer is its own threshold', async () => {
    const home = await SqlRunnerHome.create();
    await build(home, [['only', '2011-12-09', 3]]);
    assert.deepEqual(await rfmOf(home), [['only', 1n, 1n, '3', 1n, 1n, 3n, 'hibernating']]);
  });

  test('the window includes both its first and its last day', async () => {
    const home = await SqlRunnerHome.create();
    await build(home, [
      ['first', '2009-12-20', 1],
      ['too_early', '2009-12-19', 1],
      ['last', '2011-12-10', 1],
      ['too_late', '2011-12-11', 1],
    ]);
    const rows = await home.query('SELECT id_customer, recency FROM rfm ORDER BY id_customer');
    assert.deepEqual(rows, [
      ['first', 720n],
      ['last', 0n],
    ]);
  });

  test('orders after the run date are not known yet, those before the window stay known', async () => {
    const home = await SqlRunnerHome.create();
    await build(home, [
      ['a', '2005-01-01', 1],
      ['a', '2011-12-11', 1],
    ]);
    assert.deepEqual(await home.query('SELECT order_date FROM orders'), [['2005-01-01']]);
  });

  test('a run date before all data publishes tables without rows', async () => {
    const home = await SqlRunnerHome.create();
    const manifest = await build(home, [['a', '2011-12-01', 1]], '2001-01-01');
    assert.deepEqual(
      manifest.tables.map(({ table, rows }) => [table, rows]),
      [
        ['orders', 0],
        ['customer_activity', 0],
        ['rfm_thresholds', 0],
        ['rfm', 0],
        ['rfm_metrics', 5],
      ],
    );
    assert.deepEqual(manifest.metrics, {
      'rfm.customers': 0,
      'rfm.orders': 0,
      'rfm.sales': 0,
      'rfm.score_111': 0,
      'rfm.score_333': 0,
    });
    assert.deepEqual(await rfmOf(home, '2001-01-01'), []);
  });

  test('two dates stand side by side, and a rerun replaces its own date only', async () => {
    const home = await SqlRunnerHome.create();
    await build(home, [['a', '2011-12-01', 1]], '2011-12-10');
    await build(home, [['a', '2011-12-01', 1]], '2011-12-11');
    const dates = 'SELECT run_date, id_customer, recency FROM rfm ORDER BY run_date, id_customer';
    assert.deepEqual(await home.query(dates), [
      ['2011-12-10', 'a', 9n],
      ['2011-12-11', 'a', 10n],
    ]);
    await build(
      home,
      [
        ['b', '2011-12-01', 1],
        ['c', '2011-12-02', 1],
      ],
      '2011-12-10',
    );
    assert.deepEqual(await home.query(dates), [
      ['2011-12-10', 'b', 9n],
      ['2011-12-10', 'c', 8n],
      ['2011-12-11', 'a', 10n],
    ]);
    const counts = 'SELECT run_date, COUNT(*) AS n FROM rfm_metrics GROUP BY 1 ORDER BY 1';
    assert.deepEqual(await home.query(counts), [
      ['2011-12-10', 9n],
      ['2011-12-11', 9n],
    ]);
  });

  test('each combination of scores has the segment of the README', async () => {
    const readme = await import('node:fs/promises').then(({ readFile }) =>
      readFile(`${repositorySql}/README.md`, 'utf8'),
    );
    const documented = new Map<string, string>();
    for (const [, segment, combinations] of readme.matchAll(/^\| `(\w+)` \| ([\d ,]+) \|/gm)) {
      for (const scores of `${combinations}`.trim().split(', '))
        documented.set(scores, `${segment}`);
    }
    assert.equal(documented.size, 27);

    const warehouse = await freshWarehouse();
    const values = (name: string) =>
      `(SELECT 5 AS ${name} UNION ALL SELECT 15 UNION ALL SELECT 25)`;
    const counts = '(SELECT 1 AS frequency UNION ALL SELECT 2 UNION ALL SELECT 5)';
    const table = (name: string) => ({ dataset: 'triad', table: name });
    await warehouse.createTable(table('rfm_thresholds'), {
      text: `SELECT DATE '${runDate}' AS run_date, 10 AS r33, 20 AS r67, 10 AS m33, 20 AS m67`,
      origin: 'the test',
    });
    await warehouse.createTable(table('customer_activity'), {
      text: `SELECT 'x' AS id_customer, DATE '${runDate}' AS run_date, recency, frequency, monetary
             FROM ${values('recency')} CROSS JOIN ${counts} CROSS JOIN ${values('monetary')}`,
      origin: 'the test',
    });
    const rfm = compileProject(repositorySql, runDate).actions.find(({ name }) => name === 'rfm');
    const { rows } = await warehouse.query({
      text: `SELECT r_score, f_score, m_score, segment FROM (${inDataset(`${rfm?.text}`, 'triad')})`,
      origin: 'the test',
    });
    await warehouse.close();
    const found = new Map(rows.map(([r, f, m, segment]) => [`${r}${f}${m}`, String(segment)]));
    assert.deepEqual([...found].sort(), [...documented].sort());
  });
});
