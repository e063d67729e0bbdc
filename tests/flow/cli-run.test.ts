import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { runView } from '@triad/shared/contracts/run-view.ts';
import { childrenOf, commandOf, processesOf } from '../harness/cli/processes.ts';
import { scriptedHome } from '../harness/cli/scripted-home.ts';
import { TriadProcess, triad } from '../harness/cli/triad-process.ts';
import { until } from '../harness/until.ts';

const chain = ['run', 'chain', '--run-date', '2026-01-31'];

describe('triad run', { concurrency: 2 }, () => {
  const started: TriadProcess[] = [];
  after(() => {
    for (const process of started) process.kill('SIGKILL');
  });
  const start = (args: string[], env: NodeJS.ProcessEnv) => {
    const process = new TriadProcess(args, env);
    started.push(process);
    return process;
  };
  /** A system that stays, for tests of several commands: each need not boot its own. */
  const up = async (env: NodeJS.ProcessEnv) => {
    await start(['up'], env).saying('stdout', /Ctrl-C stops it/);
  };
  /** A run in a temporary system whose second step is at work and waits. */
  const holding = async () => {
    const scripted = await scriptedHome();
    const process = start([...chain, '--param', 'hold=second'], scripted.env);
    const [, runId = ''] = await process.saying('stderr', /^run (\w+): chain 2026-01-31$/m);
    await process.saying('stderr', /^second: started$/m);
    return { ...scripted, process, runId };
  };

  test('a run that succeeds exits 0; --json is its view and nothing else on standard output', async () => {
    const { env, home } = await scriptedHome();
    const { exitCode, stdout, stderr } = await triad([...chain, '--json', '--seed', '7'], env);
    assert.equal(exitCode, 0);
    const run = runView.parse(JSON.parse(stdout));
    assert.equal(run.state, 'succeeded');
    assert.equal(run.plan.seed, 7);
    assert.deepEqual(
      run.steps.map(({ name, state, attempts }) => [name, state, attempts]),
      ['first', 'second', 'third'].map((name) => [name, 'succeeded', 1]),
    );
    assert.equal(run.metrics['third.attempt'], 1);
    assert.match(stderr, /^third: succeeded in /m);
    assert.deepEqual(processesOf(home), []);
  });

  test('a run that fails exits 1 with the coded error and its remedy', async () => {
    const program = 'console.error("no luck today"); process.exit(1)';
    const { env } = await scriptedHome([process.execPath, '-e', program]);
    const { exitCode, stdout, stderr } = await triad([...chain, '--json'], env);
    assert.equal(exitCode, 1);
    const run = runView.parse(JSON.parse(stdout));
    assert.equal(run.state, 'failed');
    assert.equal(run.error?.code, 'JOB_EXITED');
    assert.match(stderr, /^first: failed: JOB_EXITED: .* exit code 1/m);
    assert.match(stderr, /^Error JOB_EXITED: .*\nTo fix: .*\n$/m);

    const log = await triad(['logs', run.runId, 'first'], env);
    assert.equal(log.exitCode, 0);
    assert.match(log.stdout, /^no luck today$/m);
    const document = await triad(['logs', run.runId, '--json'], env);
    const { runId, logs } = JSON.parse(document.stdout);
    assert.equal(runId, run.runId);
    const [{ step, attempt, text }] = logs;
    assert.deepEqual([step, attempt], ['first', 1]);
    assert.match(text, /^no luck today$/m);
    const never = await triad(['logs', run.runId, 'third'], env);
    assert.deepEqual([never.exitCode, never.stdout], [0, '']);
    assert.match(never.stderr, /^No output\.$/m);
  });

  test('a parameter that does not fit exits 2 before anything runs', async () => {
    const { env } = await scriptedHome();
    const wrong = await triad([...chain, '--param', 'child=maybe'], env);
    assert.equal(wrong.exitCode, 2);
    assert.match(wrong.stderr, /^Error USAGE: Parameter child is maybe; expected true or false\./);
    const unknown = await triad([...chain, '--source', 'orders:o.csv'], env);
    assert.equal(unknown.exitCode, 2);
    assert.match(unknown.stderr, /no parameter source; it has: hold, fail, die, child/);
    assert.deepEqual(JSON.parse((await triad(['runs', '--json'], env)).stdout), {
      runs: [],
      next: null,
    });
  });

  test('an unknown pipeline or run is NOT_FOUND', async () => {
    const { env } = await scriptedHome();
    await up(env);
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
    const { env } = await scriptedHome();
    const { exitCode, stderr } = await triad([...chain, '--param', 'fail=second'], env);
    assert.equal(exitCode, 0);
    assert.match(stderr, /^second: WAREHOUSE_BUSY: .* It is tried again\.$/m);
    assert.match(stderr, /^second: started, attempt 2$/m);
  });

  test('Ctrl-C cancels the run, waits for its job to stop, and exits 1', async () => {
    const { process, env, runId, home } = await holding();
    process.kill('SIGINT');
    const { exitCode, stdout: said, stderr } = await process.ended();
    assert.equal(exitCode, 1);
    assert.match(stderr, /^Cancelling the run\./m);
    assert.match(stderr, /^second: cancelled$/m);
    assert.match(said, new RegExp(`^Run ${runId} was cancelled after `, 'm'));
    assert.match(stderr, new RegExp(`Next:\\n.* retry ${runId}$`, 'm'));
    assert.deepEqual(processesOf(home), []);
    const { stdout } = await triad(['show', runId, '--json'], env);
    assert.equal(runView.parse(JSON.parse(stdout)).state, 'cancelled');
  });

  test('a cancelled run goes on with retry, from the step that did not succeed', async () => {
    const { process, env, runId, letGo } = await holding();
    process.kill('SIGTERM');
    await process.ended();
    letGo();
    const { exitCode, stdout } = await triad(['retry', runId, '--json'], env);
    assert.equal(exitCode, 0);
    assert.deepEqual(
      runView.parse(JSON.parse(stdout)).steps.map(({ attempts }) => attempts),
      [1, 2, 1],
    );
  });

  test('a run goes on when a service is killed under it', async () => {
    for (const service of ['orchestrator', 'invoker']) {
      const { process, letGo } = await holding();
      const pid = childrenOf(process.pid).find((child) => commandOf(child).includes(service));
      assert.ok(pid);
      globalThis.process.kill(pid, 'SIGKILL');
      await process.saying('stderr', new RegExp(`The ${service} runs again`));
      letGo();
      assert.equal((await process.ended()).exitCode, 0);
      assert.match(process.stdout, /^Run \w+ succeeded after /);
    }
  });

  test('a service that keeps dying ends the command with SERVICE_DIED and its log', async () => {
    const { process, home, letGo } = await holding();
    const killed = new Set<number>();
    await until('the command to give up', async () => {
      const pid = childrenOf(process.pid).find((child) => commandOf(child).includes('invoker'));
      if (pid !== undefined && !killed.has(pid)) globalThis.process.kill(pid, 'SIGKILL');
      if (pid !== undefined) killed.add(pid);
      return /^Error SERVICE_DIED/m.test(process.stderr) || undefined;
    });
    const { exitCode, stderr } = await process.ended();
    assert.equal(exitCode, 1);
    assert.match(stderr, /The invoker died: it died 5 times within a minute/);
    assert.ok(stderr.includes(join(home, 'logs', 'invoker.log')));
    // The job itself goes on: it would be adopted by the next system.
    letGo();
    await until('the job to end', async () => processesOf(home).length === 0 || undefined);
  });

  test('a run whose command was killed is finished by the next command that runs', async () => {
    const { process, env, home, runId, letGo } = await holding();
    process.kill('SIGKILL');
    await process.ended();
    letGo();
    const next = await triad([...chain, '--json'], env);
    assert.equal(next.exitCode, 0);
    const { stdout } = await triad(['show', runId, '--json'], env);
    const run = runView.parse(JSON.parse(stdout));
    assert.equal(run.state, 'succeeded');
    assert.deepEqual(
      run.steps.map(({ attempts }) => attempts),
      [1, 1, 1],
    );
    assert.deepEqual(processesOf(home), []);
  });

  test('two commands on one home share a system, and both runs succeed', async () => {
    const { env, letGo, home, ...first } = await holding();
    const second = start([...chain, '--param', 'hold=first'], env);
    await second.saying('stderr', /^first: started$/m);
    letGo();
    assert.equal((await first.process.ended()).exitCode, 0);
    assert.equal((await second.ended()).exitCode, 0);
    assert.deepEqual(processesOf(home), []);
  });

  test('a run follows its way to the end when the system it used is stopped', async () => {
    const { env, letGo, home } = await scriptedHome();
    const up = start(['up'], env);
    await up.saying('stdout', /Triad is ready/);
    const run = start([...chain, '--param', 'hold=second'], env);
    await run.saying('stderr', /^second: started$/m);
    up.kill('SIGINT');
    assert.equal((await up.ended()).exitCode, 0);
    letGo();
    assert.equal((await run.ended()).exitCode, 0);
    assert.deepEqual(processesOf(home), []);
  });

  test('runs, show and cancel take the start of a run id; one that is not unique is wrong usage', async () => {
    const { env, letGo, process, runId } = await holding();
    const prefix = runId.slice(0, 20);
    const shown = await triad(['show', prefix.toUpperCase()], env);
    assert.equal(shown.exitCode, 0);
    assert.match(shown.stdout, new RegExp(`run +${runId}`));
    const cancelled = await triad(['cancel', prefix], env);
    assert.equal(cancelled.exitCode, 0);
    assert.match(cancelled.stdout, new RegExp(`^Run ${runId} is cancelled\\.`));
    assert.equal((await process.ended()).exitCode, 1);

    letGo();
    await up(env);
    await triad(chain, env);
    const newest = await triad(['runs', '--limit', '1'], env);
    const [, before = ''] = /There are more: --before (\w+) lists them\./.exec(newest.stderr) ?? [];
    const older = JSON.parse((await triad(['runs', '--before', before, '--json'], env)).stdout);
    assert.deepEqual(
      [older.runs.map((run: { runId: string }) => run.runId), older.next],
      [[runId], null],
    );

    const ambiguous = await triad(['show', '0'], env);
    assert.equal(ambiguous.exitCode, 2);
    assert.match(ambiguous.stderr, /0 is the start of several runs/);
    const { stdout } = await triad(['runs', '--state', 'cancelled', '--json'], env);
    assert.deepEqual(
      JSON.parse(stdout).runs.map((run: { runId: string }) => run.runId),
      [runId],
    );
  });

  test('logs --follow prints what a step writes as it writes it, until the run has ended', async () => {
    const program = `
      const { existsSync } = require('node:fs');
      console.log('the first line');
      setInterval(() => {
        if (!existsSync(process.env.TRIAD_HOME + '/go')) return;
        console.log('the last line');
        process.exit(1);
      }, 10);`;
    const { env, letGo } = await scriptedHome([process.execPath, '-e', program]);
    const run = start(chain, env);
    const [, runId = ''] = await run.saying('stderr', /^run (\w+):/m);
    const follow = start(['logs', runId, 'first', '--follow'], env);
    await follow.saying('stdout', /^the first line$/m);
    letGo();
    assert.equal((await run.ended()).exitCode, 1);
    const { exitCode, stdout } = await follow.ended();
    assert.equal(exitCode, 0);
    assert.equal(stdout, 'the first line\nthe last line\n');
  });

  test('a dead letter is listed and sent again', async () => {
    const { env } = await scriptedHome();
    const none = await triad(['dead-letters', '--json'], env);
    assert.equal(none.exitCode, 0);
    assert.deepEqual(JSON.parse(none.stdout), { deadLetters: [], next: null });
    const unknown = await triad(['dead-letters', 'replay', 'nope'], env);
    assert.equal(unknown.exitCode, 1);
    assert.match(unknown.stderr, /^Error NOT_FOUND/);
  });
});
