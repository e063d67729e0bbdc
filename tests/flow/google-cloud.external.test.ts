import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bigQueryOpener } from '@triad/shared/warehouse/bigquery-engine.ts';
import type { Cell } from '@triad/shared/warehouse/warehouse.ts';
import { runRfm } from '../harness/golden/run-rfm.ts';
import { CloudSystem } from '../harness/google-cloud/cloud-system.ts';
import { realData } from '../harness/real-data.ts';
import { publishedRows } from '../harness/sql-runner/published-rows.ts';
import { temporaryDirectory } from '../harness/temporary-directory.ts';

const onlineRetail = realData('online_retail/online_retail_541909.parquet');
const runDate = '2011-12-10';

test('the profile gcp, on emulators', { skip: onlineRetail.skip, timeout: 600_000 }, async (t) => {
  const cloud = await CloudSystem.start();

  async function published(text: string): Promise<Record<string, Cell>[]> {
    const warehouse = await bigQueryOpener(cloud.warehouse).open({ write: false });
    try {
      const { columns, rows } = await warehouse.query({ text, origin: 'the test' });
      return rows.map((row) =>
        Object.fromEntries(columns.map(({ name }, index) => [name, row[index] ?? null])),
      );
    } finally {
      await warehouse.close();
    }
  }

  await t.test('a run of simulated orders succeeds, each step as a job of its own', async () => {
    const run = await cloud.run('rfm', '2026-01-31', { source: 'simulated', customers: 200 });
    assert.equal(run.state, 'succeeded', JSON.stringify(run.error));
    assert.equal(cloud.jobs.jobs.length, run.steps.length);
  });

  await t.test(
    'the RFM pipeline on Online Retail publishes what it publishes embedded',
    async () => {
      const source = await cloud.upload(`${onlineRetail.path}`, 'sources/online_retail.parquet');
      const run = await cloud.run('rfm', runDate, { source: `online-retail:${source}` });
      assert.equal(run.state, 'succeeded', JSON.stringify(run.error));
      const home = await temporaryDirectory();
      const embedded = await runRfm(home, `online-retail:${onlineRetail.path}`, runDate);
      assert.deepEqual(run.metrics, embedded.view.metrics);
      for (const [table, key] of [
        ['rfm', 'id_customer'],
        ['rfm_thresholds', 'run_date'],
        ['clv', 'id_customer'],
      ] as const) {
        const text = `SELECT * FROM ${table} WHERE run_date = DATE '${runDate}' ORDER BY ${key}`;
        const [there, here] = [await published(text), await publishedRows(home, text)];
        assert.equal(there.length, here.length, table);
        assert.deepEqual(there.map(plain), here.map(plain), table);
      }
    },
  );
});

/** As JSON has it: the two readers differ in how they hand over whole numbers. */
const plain = (row: object) =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      typeof value === 'bigint' ? Number(value) : value,
    ]),
  );
