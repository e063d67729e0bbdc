import assert from 'node:assert/strict';
import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { TriadProcess } from '../harness/cli/triad-process.ts';
import { onHome, runRfm } from '../harness/golden/run-rfm.ts';
import { realData } from '../harness/real-data.ts';
import { publishedRows as query } from '../harness/sql-runner/published-rows.ts';
import { temporaryDirectory } from '../harness/temporary-directory.ts';

const cdnow = realData('cdnow/CDNOW_sample.txt');

/** All that is published, in one text: equal texts are equal tables. */
const published = async (home: string): Promise<string> =>
  JSON.stringify([
    await query(home, 'SELECT * FROM orders ORDER BY run_date, id_customer, order_date, sales_ar'),
    await query(home, 'SELECT * FROM rfm ORDER BY run_date, id_customer'),
    await query(home, 'SELECT * FROM clv ORDER BY run_date, id_customer'),
  ]);

describe('what CDNOW has published, through the real services', { skip: cdnow.skip }, () => {
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
    await runRfm(onHome(home), source, '1998-06-30', [
      'calibration_end=1997-09-30',
      'holdout_weeks=39',
    ]);
  });
  after(async () => {
    up.kill('SIGINT');
    await up.ended();
  });

  test('a failing assertion leaves everything published as it was', async () => {
    const asItWas = await published(home);

    const assertion = join(sqlDirectory, 'definitions/rfm/nobody_is_lost.sqlx');
    writeFileSync(
      assertion,
      `config { type: "assertion", tags: ["rfm"] }
       SELECT id_customer FROM \${ref("rfm")} WHERE segment = 'lost'`,
    );
    const { view, exitCode } = await runRfm(onHome(home), source, '1998-06-30');
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
    await runRfm(onHome(home), source, '1998-03-31');
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
