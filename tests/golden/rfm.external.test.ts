import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { onHome, runRfm } from '../harness/golden/run-rfm.ts';
import { realData } from '../harness/real-data.ts';
import { publishedRows as query } from '../harness/sql-runner/published-rows.ts';
import { temporaryDirectory } from '../harness/temporary-directory.ts';

const onlineRetail = realData('online_retail/online_retail_541909.parquet');
const cdnow = realData('cdnow/CDNOW_sample.txt');

describe('Online Retail through the real services', { skip: onlineRetail.skip }, () => {
  test('gives the known numbers', async () => {
    const home = await temporaryDirectory();
    const { view, exitCode } = await runRfm(
      onHome(home),
      `online-retail:${onlineRetail.path}`,
      '2011-12-10',
    );
    assert.equal(exitCode, 0);
    assert.equal(view.state, 'succeeded');
    assert.deepEqual(
      view.steps.map(({ name, state, attempts }) => [name, state, attempts]),
      ['load', 'orders', 'snapshot', 'train', 'verify-train', 'predict', 'rfm', 'publish'].map(
        (n) => [n, 'succeeded', 1],
      ),
    );
    assert.equal(view.metrics['load.rows'], 397_884);
    const [counts] = await query(
      home,
      `SELECT COUNT(*) AS customers, SUM(frequency) AS orders, SUM(monetary) AS sales,
         COUNTIF(r_score = 3 AND f_score = 3 AND m_score = 3) AS best,
         COUNTIF(r_score = 1 AND f_score = 1 AND m_score = 1) AS worst
       FROM rfm`,
    );
    assert.deepEqual(counts, {
      customers: 4338,
      orders: 18_532,
      sales: 8_911_407.9,
      best: 636,
      worst: 645,
    });
    assert.deepEqual(await query(home, 'SELECT r33, r67, m33, m67 FROM rfm_thresholds'), [
      { r33: 25, r67: 93, m33: 385.1, m67: 1215.82 },
    ]);
    const [clv] = await query(
      home,
      `SELECT COUNT(*) AS customers, COUNTIF(p_alive BETWEEN 0 AND 1 AND clv >= 0) AS possible
       FROM clv`,
    );
    assert.deepEqual(clv, { customers: 4338, possible: 4338 });
  });
});

describe('CDNOW through the real services', { skip: cdnow.skip }, () => {
  const source = `cdnow-sample:${cdnow.path}`;

  test('gives the published estimates and the published holdout table', async () => {
    const home = await temporaryDirectory();
    const { view } = await runRfm(onHome(home), source, '1998-06-30', [
      'calibration_end=1997-09-30',
      'holdout_weeks=39',
    ]);
    assert.equal(view.state, 'succeeded');
    const near = (metric: string, expected: number, tolerance: number) => {
      const found = view.metrics[metric] ?? Number.NaN;
      const difference = Math.abs(found - expected);
      assert.ok(difference <= tolerance, `${metric} is ${found}, published ${expected}`);
    };
    // Fader, Hardie, Lee 2005 and Fader, Hardie 2013, to the digits they print.
    near('bg_nbd.r', 0.2426, 0.00005);
    near('bg_nbd.alpha', 4.4136, 0.00005);
    near('bg_nbd.a', 0.7929, 0.00005);
    near('bg_nbd.b', 2.4259, 0.00005);
    near('bg_nbd.log_likelihood', -9582.43, 0.005);
    near('gamma_gamma.p', 6.25, 0.005);
    near('gamma_gamma.q', 3.74, 0.005);
    near('gamma_gamma.v', 15.44, 0.005);
    near('gamma_gamma.log_likelihood', -4055.92, 0.005);
    near('holdout.purchases_actual', 1882, 0);
    near('holdout.correlation', 0.626, 0.0005);

    const output = view.outputs.find(({ name }) => name === 'holdout');
    const table = JSON.parse(readFileSync(join(home, 'artifacts', output?.path ?? ''), 'utf8')) as {
      x: string;
      actual: number;
      predicted: number;
    }[];
    const column = (name: 'actual' | 'predicted') =>
      table.map((row) => row[name].toFixed(3)).join(' ');
    assert.equal(column('actual'), '0.237 0.697 1.393 1.560 2.532 2.947 3.862 6.359');
    assert.equal(column('predicted'), '0.225 0.523 1.044 1.520 2.164 2.654 3.504 6.157');
  });
});
