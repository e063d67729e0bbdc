import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { runView } from '@triad/shared/contracts/run-view.ts';
import { triad } from '../harness/cli/triad.ts';
import { type Ended, TriadProcess } from '../harness/cli/triad-process.ts';
import { publishedRows } from '../harness/sql-runner/published-rows.ts';
import { temporaryDirectory } from '../harness/temporary-directory.ts';

/** One order of each of 40 customers: nobody bought again, which no model can be fitted to. */
const oneOrderEach = [
  'id_customer,order_date,sales_ar',
  ...Array.from(
    { length: 40 },
    (_, n) => `c${n},2024-01-${String(1 + (n % 28)).padStart(2, '0')},9`,
  ),
].join('\n');

describe('the reference pipeline from the command line', () => {
  let home = '';
  let env: NodeJS.ProcessEnv = {};
  let up: TriadProcess | undefined;
  let demo: Ended;
  /** What the doctor says while no system runs. */
  let examined: Ended;
  before(async () => {
    home = await temporaryDirectory();
    env = {
      TRIAD_HOME: home,
      INIT_CWD: home,
      TRIAD_ORCHESTRATOR_PORT: '0',
      TRIAD_INVOKER_PORT: '0',
    };
    demo = await triad(['demo'], env);
    examined = await triad(['doctor'], env);
    // The commands that follow use this system, and need not boot their own.
    up = new TriadProcess(['up'], { ...env, TRIAD_WARM_WORKERS: '0' });
    await up.saying('stdout', /Ctrl-C stops it/);
  });
  after(async () => {
    up?.kill('SIGINT');
    await up?.ended();
  });

  const published = () =>
    publishedRows(
      home,
      'SELECT * FROM rfm JOIN clv ON clv.id_customer = rfm.id_customer ORDER BY rfm.id_customer',
    );
  const runOf = async (file: string) => {
    const source = ['--source', `orders:${file}`, '--run-date', '2024-12-30'];
    const { exitCode, stdout, stderr } = await triad(['run', 'rfm', ...source, '--json'], env);
    assert.equal(exitCode, 1);
    return { run: runView.parse(JSON.parse(stdout)), stderr };
  };

  test('the demo shows the timeline, the segments, the model against the truth, and what is next', () => {
    const { exitCode, stdout, stderr } = demo;
    assert.equal(exitCode, 0, stderr);
    assert.match(stderr, /^Simulated [\d,]+ orders of 5,000 customers/);
    for (const step of ['load', 'rfm', 'snapshot', 'train', 'predict', 'publish']) {
      assert.match(stdout, new RegExp(`^  ✓ ${step} +█+ `, 'm'), step);
    }
    assert.match(stdout, /^champions +[\d,]+ +[\d.]+ % /m);
    const [, error = ''] = /purchases per week.* ([+−][\d.]+) %$/m.exec(stdout) ?? [];
    assert.ok(
      Math.abs(Number(error.replace('−', '-'))) < 5,
      `the purchase rate is off by ${error} %`,
    );
    assert.match(stdout, /\nNext:\n {2}npm run -s triad -- /);
  });

  test('doctor finds the home sound', () => {
    const { exitCode, stdout } = examined;
    assert.equal(exitCode, 0, stdout);
    assert.match(stdout, /^ok +state +sound$/m);
    assert.match(stdout, /^ok +warehouse +answers$/m);
  });

  test('sql answers as JSON, as CSV and as a table, with all digits of a number', async () => {
    const digits = '9007199254740993';
    const query = `SELECT MAX(run_date) AS day, COUNT(*) AS customers, ${digits} AS more_than_a_double FROM rfm`;
    const json = await triad(['sql', query, '--json'], env);
    assert.equal(json.exitCode, 0, json.stderr);
    const [{ customers, day }] = JSON.parse(json.stdout);
    assert.ok(customers > 4000 && customers <= 5000);
    assert.equal(day, '2024-12-30');
    assert.ok(json.stdout.includes(digits));
    const csv = await triad(['sql', query, '--csv'], env);
    const line = `2024-12-30,${customers},${digits}`;
    assert.equal(csv.stdout, `day,customers,more_than_a_double\r\n${line}\n`);
    const table = await triad(['sql', query], env);
    assert.equal(
      table.stdout,
      `day         customers  more_than_a_double\n2024-12-30       ${customers}    ${digits}\n`,
    );
    assert.equal(table.stderr, '1 row\n');
  });

  test('sql changes nothing: what is no SELECT is SQL_READ_ONLY', async () => {
    const { exitCode, stdout } = await triad(['sql', 'DELETE FROM rfm WHERE TRUE', '--json'], env);
    assert.equal(exitCode, 1);
    assert.equal(JSON.parse(stdout).error.code, 'SQL_READ_ONLY');
    assert.ok((await published()).length > 4000);
  });

  test('sql before anything ran says that there is no warehouse', async () => {
    const empty = await temporaryDirectory();
    const { exitCode, stderr } = await triad(['sql', 'SELECT 1 AS one'], { TRIAD_HOME: empty });
    assert.equal(exitCode, 1);
    assert.match(stderr, /^Error WAREHOUSE_MISSING: .*\nTo fix: /);
  });

  test('a source file that is missing fails the run with its name, and changes nothing', async () => {
    const before = await published();
    const { run, stderr } = await runOf('nowhere.csv');
    assert.equal(run.error?.code, 'FILE_MISSING');
    assert.ok(stderr.includes(join(home, 'nowhere.csv')), stderr);
    assert.deepEqual(await published(), before);
  });

  test('a run whose model cannot be fitted leaves all that is published as it was', async () => {
    writeFileSync(join(home, 'once.csv'), oneOrderEach);
    const before = await published();
    const { run } = await runOf('once.csv');
    assert.equal(run.error?.code, 'CLV_NO_REPEAT_BUYERS');
    assert.deepEqual(await published(), before);

    // A relative path of a source starts where the command was typed.
    assert.equal(run.params.source, `orders:${join(home, 'once.csv')}`);
    assert.equal(run.metrics['load.rows'], 40);
  });
});
