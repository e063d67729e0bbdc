import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { SqlRunnerHome } from '../../harness/sql-runner/sql-runner-home.ts';

const lines = 'id_customer,order_date,sales_ar\nada,2011-12-01,10\n';

test('a source can be an object of a bucket', async () => {
  const home = await SqlRunnerHome.create();
  const bucket = join(home.directory, 'buckets/orders/2011');
  await mkdir(bucket, { recursive: true });
  await writeFile(join(bucket, 'lines.csv'), lines);
  const params = { source: 'orders:gs://orders/2011/lines.csv' };
  const manifest = await home.step({ kind: 'load', params });
  assert.equal(manifest.metrics['load.rows'], 1);
});

test('an object that is not there is FILE_MISSING, and named', async () => {
  const home = await SqlRunnerHome.create();
  const params = { source: 'orders:gs://orders/none.csv' };
  await assert.rejects(home.step({ kind: 'load', params }), {
    code: 'FILE_MISSING',
    message: 'There is no file at gs://orders/none.csv.',
  });
});

test('what names no object is refused with what is expected', async () => {
  const home = await SqlRunnerHome.create();
  const params = { source: 'orders:gs://orders.csv' };
  await assert.rejects(home.step({ kind: 'load', params }), { code: 'INPUT_INVALID' });
});
