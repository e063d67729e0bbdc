import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { runView } from '@triad/shared/contracts/run-view.ts';
import { type Ended, TriadProcess, triad } from '../harness/cli/triad-process.ts';
import { temporaryDirectory } from '../harness/temporary-directory.ts';

describe('the reference pipeline from the command line', () => {
  let home = '';
  let env: NodeJS.ProcessEnv = {};
  let up: TriadProcess | undefined;
  /** What the doctor says while no system runs. */
  let examined: Ended;
  before(async () => {
    home = await temporaryDirectory();
    env = { TRIAD_HOME: home, INIT_CWD: home };
    const days = ['--start', '2024-01-01', '--end', '2024-12-31'];
    await triad(['simulate', '--customers', '300', '--out', 'data/orders.csv', ...days], env);
    const source = ['--source', 'orders:data/orders.csv', '--run-date', '2024-12-31'];
    const { exitCode, stdout, stderr } = await triad(['run', 'rfm', ...source, '--json'], env);
    assert.equal(exitCode, 0, stderr);
    assert.equal(runView.parse(JSON.parse(stdout)).state, 'succeeded');
    // The commands that follow use this system, and need not boot their own.
    const ports = { TRIAD_ORCHESTRATOR_PORT: '0', TRIAD_INVOKER_PORT: '0' };
    examined = await triad(['doctor'], { ...env, ...ports });
    up = new TriadProcess(['up'], { ...env, ...ports });
    await up.saying('stdout', /Ctrl-C stops it/);
  });
  after(async () => {
    up?.kill('SIGINT');
    await up?.ended();
  });

  test('a relative path of a source starts where the command was typed', async () => {
    const { stdout } = await triad(['runs', '--json'], env);
    const [{ runId }] = JSON.parse(stdout).runs;
    const shown = await triad(['show', runId, '--json'], env);
    const { params } = runView.parse(JSON.parse(shown.stdout));
    assert.equal(params.source, `orders:${join(home, 'data/orders.csv')}`);
  });

  test('sql answers as JSON, as CSV and as a table', async () => {
    const query = 'SELECT COUNT(*) AS customers, MAX(run_date) AS day FROM rfm';
    const json = await triad(['sql', query, '--json'], env);
    assert.equal(json.exitCode, 0, json.stderr);
    const [{ customers, day }] = JSON.parse(json.stdout);
    assert.ok(customers > 250 && customers <= 300);
    assert.equal(day, '2024-12-31');
    const csv = await triad(['sql', query, '--csv'], env);
    assert.equal(csv.stdout, `customers,day\r\n${customers},2024-12-31\n`);
    const table = await triad(['sql', query], env);
    assert.equal(table.stdout, `customers  day\n      ${customers}  2024-12-31\n`);
    assert.equal(table.stderr, '1 row\n');
  });

  test('a number with more digits than a double keeps them all', async () => {
    const query = 'SELECT 9007199254740993 AS n';
    assert.match((await triad(['sql', query], env)).stdout, /9007199254740993/);
    assert.match((await triad(['sql', query, '--json'], env)).stdout, /9007199254740993/);
  });

  test('sql changes nothing: what is no SELECT is SQL_READ_ONLY', async () => {
    const { exitCode, stdout } = await triad(['sql', 'DELETE FROM rfm WHERE TRUE', '--json'], env);
    assert.equal(exitCode, 1);
    assert.equal(JSON.parse(stdout).error.code, 'SQL_READ_ONLY');
    const all = await triad(['sql', 'SELECT COUNT(*) AS n FROM rfm', '--json'], env);
    assert.ok(JSON.parse(all.stdout)[0].n > 250);
  });

  test('sql before anything ran says that there is no warehouse', async () => {
    const empty = await temporaryDirectory();
    const { exitCode, stderr } = await triad(['sql', 'SELECT 1 AS one'], { TRIAD_HOME: empty });
    assert.equal(exitCode, 1);
    assert.match(stderr, /^Error WAREHOUSE_MISSING: .*\nTo fix: /);
  });

  test('a source file that is missing fails the run with its name, and changes nothing', async () => {
    const count = ['sql', 'SELECT COUNT(*) AS n FROM rfm', '--json'];
    const before = await triad(count, env);
    const source = ['--source', 'orders:nowhere.csv', '--run-date', '2024-12-31'];
    const { exitCode, stdout, stderr } = await triad(['run', 'rfm', ...source, '--json'], env);
    assert.equal(exitCode, 1);
    assert.equal(runView.parse(JSON.parse(stdout)).error?.code, 'FILE_MISSING');
    assert.ok(stderr.includes(join(home, 'nowhere.csv')), stderr);
    assert.equal((await triad(count, env)).stdout, before.stdout);
  });

  test('doctor finds the home sound', async () => {
    const { exitCode, stdout } = examined;
    assert.equal(exitCode, 0, stdout);
    assert.match(stdout, /^ok +state +sound$/m);
    assert.match(stdout, /^ok +warehouse +answers$/m);
  });

  test('the demo shows the timeline, the segments, the model against the truth, and what is next', async () => {
    const { exitCode, stdout, stderr } = await triad(['demo'], {
      TRIAD_HOME: await temporaryDirectory(),
    });
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
});
