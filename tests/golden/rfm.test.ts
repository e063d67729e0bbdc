import assert from 'node:assert/strict';
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { RunView } from '@triad/shared/contracts/run-view.ts';
import { TriadProcess, triad } from '../harness/cli/triad-process.ts';
import { realData } from '../harness/real-data.ts';
import { publishedRows as query } from '../harness/sql-runner/published-rows.ts';
import { temporaryDirectory } from '../harness/temporary-directory.ts';

const onlineRetail = realData('online_retail/online_retail_541909.parquet');
const cdnow = realData('cdnow/CDNOW_sample.txt');

/** No process waits for work that never comes: each step has one of its own. */
const onHome = (home: string) => ({ TRIAD_HOME: home, TRIAD_WARM_WORKERS: '0' });

async function run(home: string, source: string, date: string, params: string[] = []) {
  const options = params.flatMap((param) => ['--param', param]);
  const args = ['run', 'rfm', '--source', source, '--run-date', date, ...options, '--json'];
  const ended = await triad(args, onHome(home));
  return { ...ended, view: JSON.parse(ended.stdout) as RunView };
}

/** All that is published, in one text: equal texts are equal tables. */
const published = async (home: string): Promise<string> =>
  JSON.stringify([
    await query(home, 'SELECT * FROM orders ORDER BY run_date, id_customer, order_date, sales_ar'),
    await query(home, 'SELECT * FROM rfm ORDER BY run_date, id_customer'),
    await query(home, 'SELECT * FROM clv ORDER BY run_date, id_customer'),
  ]);

describe('Online Retail through the real services', { skip: onlineRetail.skip }, () => {
  test('gives the known numbers', async () => {
    const home = await temporaryDirectory();
    const { view, exitCode } = await run(home, `online-retail:${onlineRetail.path}`, '2011-12-10');
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

  // The tests go on from each other: a pipeline run through real processes takes seconds.
  let home = '';
  let sqlDirectory = '';
  let up: TriadProcess;
  before(async () => {
    home = await temporaryDirectory();
    sqlDirectory = await temporaryDirectory();
    cpSync(resolve(import.meta.dirname, '../../sql'), sqlDirectory, { recursive: true });
    const ports = { TRIAD_ORCHESTRATOR_PORT: '0', TRIAD_INVOKER_PORT: '0' };
    up = new TriadProcess(['up'], { ...onHome(home), ...ports, TRIAD_SQL_DIR: sqlDirectory });
    await up.saying('stdout', /Ctrl-C stops it/);
  });
  after(async () => {
    up.kill('SIGINT');
    await up.ended();
  });

  test('gives the published estimates and the published holdout table', async () => {
    const { view } = await run(home, source, '1998-06-30', [
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

  test('a failing assertion leaves everything published as it was', async () => {
    const asItWas = await published(home);

    const assertion = join(sqlDirectory, 'definitions/rfm/nobody_is_lost.sqlx');
    writeFileSync(
      assertion,
      `config { type: "assertion", tags: ["rfm"] }
       SELECT id_customer FROM \${ref("rfm")} WHERE segment = 'lost'`,
    );
    const { view, exitCode } = await run(home, source, '1998-06-30');
    rmSync(assertion);
    assert.equal(exitCode, 1);
    assert.equal(view.error?.code, 'ASSERTION_FAILED');
    assert.match(view.error?.message ?? '', /nobody_is_lost/);
    assert.deepEqual(
      view.steps.map(({ state }) => state),
      [...Array(6).fill('succeeded'), 'failed', 'skipped'],
    );
    assert.equal(await published(home), asItWas);
  });

  test('a second date stands beside the first, which stays as it was', async () => {
    const asItWas = await query(home, 'SELECT * FROM rfm ORDER BY id_customer');
    await run(home, source, '1998-03-31');
    const after = await query(
      home,
      "SELECT * FROM rfm WHERE run_date = DATE '1998-06-30' ORDER BY id_customer",
    );
    assert.deepEqual(after, asItWas);
    assert.deepEqual(await query(home, 'SELECT DISTINCT run_date FROM rfm ORDER BY run_date'), [
      { run_date: '1998-03-31' },
      { run_date: '1998-06-30' },
    ]);
  });
});
