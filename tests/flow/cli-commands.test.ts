import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { runView } from '@triad/shared/contracts/run-view.ts';
import { scriptedHome } from '../harness/cli/scripted-home.ts';
import { triad } from '../harness/cli/triad.ts';
import { TriadProcess } from '../harness/cli/triad-process.ts';

const chain = ['run', 'chain', '--run-date', '2026-01-31'];

describe('commands on a home whose system runs', { concurrency: 2 }, () => {
  let env: NodeJS.ProcessEnv = {};
  let letGo: (runId: string) => void = () => {};
  const started: TriadProcess[] = [];
  const start = (...args: string[]) => {
    const process = new TriadProcess(args, env);
    started.push(process);
    return process;
  };
  before(async () => {
    ({ env, letGo } = await scriptedHome());
    await start('up').saying('stdout', /Ctrl-C stops it/);
  });
  after(() => {
    for (const process of started) process.kill('SIGKILL');
  });

  /** A run whose second step is at work and waits. */
  const holding = async (runDate = '2026-01-31') => {
    const process = start('run', 'chain', '--run-date', runDate, '--param', 'hold=second');
    const [, runId = ''] = await process.saying('stderr', /^run (\w+): chain /m);
    await process.saying('stderr', /^second: started$/m);
    return { process, runId };
  };
  /** What `triad runs` lists of one run date, as run ids. */
  const runsOf = async (runDate: string, ...options: string[]) => {
    const dates = ['--run-date-from', runDate, '--run-date-to', runDate];
    const { stdout } = await triad(['runs', ...dates, ...options, '--json'], env);
    const { runs, next } = JSON.parse(stdout);
    assert.equal(next, null);
    return runs.map(({ runId }: { runId: string }) => runId);
  };

  test('a run that fails exits 1 with the coded error and its remedy', async () => {
    const { exitCode, stdout, stderr } = await triad(
      [...chain, '--param', 'exit=first', '--json'],
      env,
    );
    assert.equal(exitCode, 1);
    const run = runView.parse(JSON.parse(stdout));
    assert.equal(run.state, 'failed');
    assert.equal(run.error?.code, 'JOB_EXITED');
    assert.match(stderr, /^first: failed: JOB_EXITED: .* exit code 1/m);
    assert.match(stderr, /^Error JOB_EXITED: .*\nTo fix: .*\n$/m);

    const log = await triad(['logs', run.runId, 'first'], env);
    assert.equal(log.exitCode, 0);
    assert.match(log.stdout, /^the first line$/m);
    const document = await triad(['logs', run.runId, '--json'], env);
    const { runId, logs } = JSON.parse(document.stdout);
    assert.equal(runId, run.runId);
    const [{ step, attempt, text }] = logs;
    assert.deepEqual([step, attempt], ['first', 1]);
    assert.match(text, /^the first line$/m);
    const never = await triad(['logs', run.runId, 'third'], env);
    assert.deepEqual([never.exitCode, never.stdout], [0, '']);
    assert.match(never.stderr, /^No output\.$/m);
  });

  test('a parameter that does not fit exits 2 before anything runs', async () => {
    const wrongRun = ['run', 'chain', '--run-date', '2026-02-01'];
    const wrong = await triad([...wrongRun, '--param', 'child=maybe'], env);
    assert.equal(wrong.exitCode, 2);
    assert.match(wrong.stderr, /^Error USAGE: Parameter child is maybe; expected true or false\./);
    const unknown = await triad([...wrongRun, '--source', 'orders:o.csv'], env);
    assert.equal(unknown.exitCode, 2);
    assert.match(unknown.stderr, /no parameter source; it has: hold, fail, die, exit, child/);
    assert.deepEqual(await runsOf('2026-02-01'), []);
  });

  test('an unknown pipeline or run is NOT_FOUND', async () => {
    const pipeline = await triad(['run', 'nope', '--run-date', '2026-01-31', '--json'], env);
    assert.equal(pipeline.exitCode, 1);
    assert.equal(JSON.parse(pipeline.stdout).error.code, 'NOT_FOUND');
    const run = await triad(['show', '01nope'], env);
    assert.equal(run.exitCode, 1);
    assert.match(
      run.stderr,
      /^Error NOT_FOUND: No run named 01nope\.\nTo fix: .* triad runs lists/,
    );
    const runs = await triad(['runs', '--pipeline', 'nope'], env);
    assert.equal(runs.exitCode, 1);
    assert.match(runs.stderr, /^Error NOT_FOUND: No pipeline named nope\.\nTo fix: .*: chain\.$/m);
  });

  test('a step that is tried again is told as it happens', async () => {
    const { exitCode, stderr } = await triad([...chain, '--param', 'fail=second'], env);
    assert.equal(exitCode, 0);
    assert.match(stderr, /^second: WAREHOUSE_BUSY: .* It is tried again\.$/m);
    assert.match(stderr, /^second: started, attempt 2$/m);
  });

  test('SIGTERM cancels a run as Ctrl-C does; retry goes on from the step that did not succeed', async () => {
    const { process, runId } = await holding();
    process.kill('SIGTERM');
    await process.ended();
    letGo(runId);
    const { exitCode, stdout } = await triad(['retry', runId, '--json'], env);
    assert.equal(exitCode, 0);
    assert.deepEqual(
      runView.parse(JSON.parse(stdout)).steps.map(({ attempts }) => attempts),
      [1, 2, 1],
    );
  });

  test('runs, show and cancel take the start of a run id; one that is not unique is wrong usage', async () => {
    const runDate = '2026-02-02';
    const { process, runId } = await holding(runDate);
    const prefix = runId.slice(0, 20);
    const shown = await triad(['show', prefix.toUpperCase()], env);
    assert.equal(shown.exitCode, 0);
    assert.match(shown.stdout, new RegExp(`run +${runId}`));
    const cancelled = await triad(['cancel', prefix], env);
    assert.equal(cancelled.exitCode, 0);
    assert.match(cancelled.stdout, new RegExp(`^Run ${runId} is cancelled\\.`));
    assert.equal((await process.ended()).exitCode, 1);

    await triad(['run', 'chain', '--run-date', runDate], env);
    const newest = await triad(['runs', '--run-date-from', runDate, '--limit', '1'], env);
    const [, before = ''] = /There are more: --before (\w+) lists them\./.exec(newest.stderr) ?? [];
    assert.deepEqual(await runsOf(runDate, '--before', before), [runId]);

    const ambiguous = await triad(['show', '0'], env);
    assert.equal(ambiguous.exitCode, 2);
    assert.match(ambiguous.stderr, /0 is the start of several runs/);
    assert.deepEqual(await runsOf(runDate, '--state', 'cancelled'), [runId]);
  });

  test('logs --follow prints what a step writes as it writes it, until the run has ended', async () => {
    const run = start(...chain, '--param', 'exit=first', '--param', 'hold=first');
    const [, runId = ''] = await run.saying('stderr', /^run (\w+):/m);
    const follow = start('logs', runId, 'first', '--follow');
    await follow.saying('stdout', /^the first line$/m);
    letGo(runId);
    assert.equal((await run.ended()).exitCode, 1);
    const { exitCode, stdout } = await follow.ended();
    assert.equal(exitCode, 0);
    assert.equal(stdout, 'the first line\nthe last line\n');
  });

  test('a dead letter is listed and sent again', async () => {
    const none = await triad(['dead-letters', '--json'], env);
    assert.equal(none.exitCode, 0);
    assert.deepEqual(JSON.parse(none.stdout), { deadLetters: [], next: null });
    const unknown = await triad(['dead-letters', 'replay', 'nope'], env);
    assert.equal(unknown.exitCode, 1);
    assert.match(unknown.stderr, /^Error NOT_FOUND/);
  });
});
