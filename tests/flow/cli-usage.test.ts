import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { triad } from '../harness/cli/triad.ts';
import { triadProcess } from '../harness/cli/triad-process.ts';
import { temporaryDirectory } from '../harness/temporary-directory.ts';

describe('the command line', { concurrency: 2 }, () => {
  let home = '';
  before(async () => {
    home = await temporaryDirectory();
  });
  const run = (...args: string[]) => triad(args, { TRIAD_HOME: home });
  /** As its own process, for what streams and exit codes really say. */
  const start = (...args: string[]) => triadProcess(args, { TRIAD_HOME: home });

  test('--help describes every command, gives examples and the exit codes, and succeeds', async () => {
    const { exitCode, stdout, stderr } = await start('--help');
    assert.equal(exitCode, 0);
    assert.equal(stderr, '');
    const commands = ['up', 'run', 'runs', 'show', 'logs', 'cancel', 'retry', 'sql', 'simulate'];
    commands.push('alarms', 'silence', 'silences');
    for (const command of [
      ...commands,
      'health',
      'doctor',
      'dead-letters',
      'pipelines',
      'demo',
      'tokens',
      'audit',
    ]) {
      assert.match(stdout, new RegExp(`^ {2}${command}\\b.* {2}\\w`, 'm'), command);
    }
    assert.match(stdout, /triad demo/);
    assert.match(stdout, /Exit codes: 0 succeeded, 1 failed, 2 wrong usage/);
  });

  const wrong: [args: string[], said: RegExp][] = [
    [[], /Usage: triad/],
    [['rn'], /unknown command 'rn'.*Did you mean run/],
    [['runs', '--all'], /unknown option '--all'/],
    [['show'], /missing required argument 'run'/],
    [['run', 'rfm'], /required option '--run-date <date>' not specified/],
    [
      ['run', 'rfm', '--run-date', '2011-02-30'],
      /--run-date is "2011-02-30"; expected a calendar date/,
    ],
    [['run', 'rfm', '--run-date', '2011-12-10', '--param', 'x'], /--param x: expected name=value/],
    [
      ['run', 'rfm', '--run-date', '2011-12-10', '--seed', '-1'],
      /--seed is "-1"; expected a whole number/,
    ],
    [['runs', '--state', 'done'], /--state is "done"; expected one of queued, running/],
    [['sql', ' '], /The query is empty.*\nTo fix: See triad sql --help\./],
    [['dead-letters', 'list', '--limit', '0'], /To fix: See triad dead-letters list --help\./],
    [['silence', 'rfm', '--for', '2h'], /required option '--reason <text>' not specified/],
    [['silence', 'rfm', '--for', 'long', '--reason', 'x'], /expected a span of time such as 90m/],
    [['simulate', '--out', 'x.csv'], /required option '--customers <n>' not specified/],
    [
      [
        'simulate',
        '--customers',
        '9',
        '--out',
        'x.csv',
        '--start',
        '2024-01-02',
        '--end',
        '2024-01-01',
      ],
      /--end 2024-01-01 is before --start 2024-01-02/,
    ],
  ];
  for (const [args, said] of wrong) {
    test(`"triad ${args.join(' ')}" is wrong usage: exit code 2, said on standard error`, async () => {
      const { exitCode, stdout, stderr } = await run(...args);
      assert.equal(exitCode, 2);
      assert.equal(stdout, '');
      assert.match(stderr, said);
      assert.doesNotMatch(stderr, /^ {4}at /m);
    });
  }

  test('with --json, wrong usage is also one JSON document on standard output', async () => {
    const { exitCode, stdout, stderr } = await start('runs', '--limit', '0', '--json');
    assert.equal(exitCode, 2);
    const message = '--limit is "0"; expected a whole number from 1 to 500.';
    assert.deepEqual(JSON.parse(stdout), {
      error: { code: 'USAGE', message, fix: 'See triad runs --help.' },
    });
    assert.match(stderr, /^Error USAGE: .*\nTo fix: See triad runs --help\.\n$/);
  });

  test('logs follows a run or prints one JSON document, not both', async () => {
    const { exitCode, stdout } = await run('logs', '01', '--follow', '--json');
    assert.equal(exitCode, 2);
    assert.deepEqual(JSON.parse(stdout).error, {
      code: 'USAGE',
      message: 'Give --follow or --json, not both.',
      fix: 'See triad logs --help.',
    });
  });

  test('a wrong environment variable is named, with exit code 2', async () => {
    const { exitCode, stderr } = await triadProcess(['runs'], { TRIAD_ORCHESTRATOR_PORT: 'high' });
    assert.equal(exitCode, 2);
    assert.match(stderr, /^Error CONFIG_INVALID: .*TRIAD_ORCHESTRATOR_PORT/);
  });

  test('health without a system fails and says how to start one', async () => {
    const { exitCode, stdout, stderr } = await start('health', '--json');
    assert.equal(exitCode, 1);
    assert.equal(JSON.parse(stdout).error.code, 'SERVICE_UNREACHABLE');
    assert.match(stderr, /To fix: Start it with triad up/);
  });

  test('simulate writes the same orders for the same seed, and others for another', async () => {
    const file = (name: string) => join(home, 'out', name);
    const simulate = async (name: string, seed: string) => {
      const args = ['--customers', '20', '--out', file(name), '--seed', seed];
      assert.equal((await run('simulate', ...args)).exitCode, 0);
      return readFile(file(name), 'utf8');
    };
    const first = await simulate('a.csv', '7');
    assert.match(first, /^id_customer,order_date,sales_ar\n(C\d\d,\d{4}-\d\d-\d\d,\d+\.\d\d\n)+$/);
    assert.equal(await simulate('b.csv', '7'), first);
    assert.notEqual(await simulate('c.csv', '8'), first);
  });

  test('simulate --json names the file and what is in it', async () => {
    const file = join(home, 'json.csv');
    const args = ['--customers', '20', '--out', file, '--seed', '7', '--json'];
    const { exitCode, stdout } = await run('simulate', ...args);
    assert.equal(exitCode, 0);
    const { orders, firstDate, lastDate, ...rest } = JSON.parse(stdout);
    assert.deepEqual(rest, { file, customers: 20, seed: 7 });
    const rows = (await readFile(file, 'utf8')).trim().split('\n').slice(1);
    assert.equal(orders, rows.length);
    assert.ok(firstDate <= lastDate);
  });

  test('a home that cannot be made is named with the reason, without a stack', async () => {
    const file = join(home, 'no-directory');
    await writeFile(file, '');
    const wrong = join(file, 'home');
    const { exitCode, stdout, stderr } = await triadProcess(['runs', '--json'], {
      TRIAD_HOME: wrong,
    });
    assert.equal(exitCode, 1);
    const { code, message } = JSON.parse(stdout).error;
    assert.equal(code, 'HOME_UNUSABLE');
    assert.ok(message.startsWith(`The directory ${wrong} cannot be used: ENOTDIR`), message);
    assert.doesNotMatch(stderr, /^ {4}at /m);
  });

  test('doctor only warns of a port that another program holds', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const env = { TRIAD_ORCHESTRATOR_PORT: String(port), TRIAD_INVOKER_PORT: '0' };
    const { exitCode, stdout } = await triad(['doctor'], { TRIAD_HOME: home, ...env });
    server.close();
    assert.equal(exitCode, 0);
    assert.match(stdout, /^warn {2}orchestrator port .*only triad up needs it/m);
  });

  test('simulate keeps all orders within its days', async () => {
    const out = join(home, 'days.csv');
    const days = ['--start', '2024-02-01', '--end', '2024-02-29'];
    await run('simulate', '--customers', '200', '--out', out, ...days);
    const dates = (await readFile(out, 'utf8'))
      .trim()
      .split('\n')
      .slice(1)
      .map((row) => row.split(',')[1]);
    assert.deepEqual([dates.at(0), dates.at(-1)], ['2024-02-01', '2024-02-29']);
  });

  test('simulate to a place that cannot be written names it and leaves nothing', async () => {
    const file = join(home, 'a-file');
    await writeFile(file, '');
    const out = join(file, 'x.csv');
    const { exitCode, stderr } = await run('simulate', '--customers', '5', '--out', out);
    assert.equal(exitCode, 2);
    assert.ok(stderr.includes(`--out ${out} cannot be written`), stderr);
    assert.ok(!existsSync(out));
  });

  test('doctor finds a machine that is ready, and names a home that is a file', async () => {
    const ports = { TRIAD_ORCHESTRATOR_PORT: '0', TRIAD_INVOKER_PORT: '0' };
    const well = await triad(['doctor', '--json'], { TRIAD_HOME: join(home, 'new'), ...ports });
    assert.equal(well.exitCode, 0, well.stdout);
    assert.equal(JSON.parse(well.stdout).isWell, true);

    const file = join(home, 'home-file');
    await writeFile(file, '');
    const ill = await triad(['doctor'], { TRIAD_HOME: join(file, 'home'), ...ports });
    assert.equal(ill.exitCode, 1);
    assert.match(ill.stdout, /^fail {2}home .*\n +To fix: .*TRIAD_HOME/m);
  });

  test('doctor names a state file that is not sound', async () => {
    const broken = await temporaryDirectory();
    await writeFile(join(broken, 'state.db'), 'this is no database, whatever it was before');
    const { exitCode, stdout } = await triad(['doctor'], { TRIAD_HOME: broken });
    assert.equal(exitCode, 1);
    assert.match(stdout, /^fail {2}state .*state\.db: file is not a database\n +To fix: Restore/m);
  });
});
