import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { runView } from '@triad/shared/contracts/run-view.ts';
import { childrenOf, commandOf, processesOf } from '../harness/cli/processes.ts';
import { scriptedHome } from '../harness/cli/scripted-home.ts';
import { storedRun } from '../harness/cli/stored-run.ts';
import { triad } from '../harness/cli/triad.ts';
import { TriadProcess } from '../harness/cli/triad-process.ts';
import { until } from '../harness/until.ts';

const chain = ['run', 'chain', '--run-date', '2026-01-31'];

describe('triad run without a running system', { concurrency: 2 }, () => {
  const started: TriadProcess[] = [];
  after(() => {
    for (const process of started) process.kill('SIGKILL');
  });
  const start = (args: string[], env: NodeJS.ProcessEnv) => {
    const process = new TriadProcess(args, env);
    started.push(process);
    return process;
  };
  const runIdOf = async (process: TriadProcess): Promise<string> => {
    const [, runId = ''] = await process.saying('stderr', /^run (\w+): chain 2026-01-31$/m);
    return runId;
  };
  /** A run in a temporary system whose second step is at work and waits. */
  const holding = async () => {
    const scripted = await scriptedHome();
    const process = start([...chain, '--param', 'hold=second'], scripted.env);
    const runId = await runIdOf(process);
    await process.saying('stderr', /^second: started$/m);
    // That is its dispatch; its job has yet to begin.
    await until('the job that holds', async () => {
      const began = readFileSync(join(scripted.home, 'began'), 'utf8');
      return began.includes(`${runId}:second:1 `) || undefined;
    });
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

  test('Ctrl-C cancels the run, waits for its job to stop, and exits 1', async () => {
    const { process, runId, home } = await holding();
    process.kill('SIGINT');
    const { exitCode, stdout: said, stderr } = await process.ended();
    assert.equal(exitCode, 1);
    assert.match(stderr, /^Cancelling the run\./m);
    assert.match(stderr, /^second: cancelled$/m);
    assert.match(said, new RegExp(`^Run ${runId} was cancelled after `, 'm'));
    assert.match(stderr, new RegExp(`Next:\\n.* retry ${runId}$`, 'm'));
    assert.deepEqual(processesOf(home), []);
    assert.equal((await storedRun(home, runId)).state, 'cancelled');
  });

  test('a run goes on when a service is killed under it, and then the other', async () => {
    const { process, runId, letGo } = await holding();
    for (const service of ['orchestrator', 'invoker']) {
      const pid = childrenOf(process.pid).find((child) => commandOf(child).includes(service));
      assert.ok(pid);
      globalThis.process.kill(pid, 'SIGKILL');
      await process.saying('stderr', new RegExp(`The ${service} runs again`));
    }
    letGo(runId);
    assert.equal((await process.ended()).exitCode, 0);
    assert.match(process.stdout, /^Run \w+ succeeded after /);
  });

  test('a service that keeps dying ends the command with SERVICE_DIED and its log', async () => {
    const { process, home, runId, letGo } = await holding();
    for (let deaths = 0; deaths < 5; deaths++) {
      await until('the invoker to run again', async () => {
        const restarts = [...process.stderr.matchAll(/The invoker runs again/g)].length;
        return restarts === deaths || undefined;
      });
      const pid = childrenOf(process.pid).find((child) => commandOf(child).includes('invoker'));
      assert.ok(pid);
      globalThis.process.kill(pid, 'SIGKILL');
    }
    const { exitCode, stderr } = await process.ended();
    assert.equal(exitCode, 1);
    assert.match(stderr, /^Error SERVICE_DIED/m);
    assert.match(stderr, /The invoker died: it died 5 times within a minute/);
    assert.ok(stderr.includes(join(home, 'logs', 'invoker.log')));
    // The job itself goes on: it would be adopted by the next system.
    assert.notDeepEqual(processesOf(home), []);
    letGo(runId);
    await until('the job to end', async () => processesOf(home).length === 0 || undefined);
  });

  test('a run whose command was killed is finished by the next command that runs', async () => {
    const { process, env, home, runId, letGo } = await holding();
    process.kill('SIGKILL');
    await process.ended();
    letGo(runId);
    const next = await triad([...chain, '--json'], env);
    assert.equal(next.exitCode, 0);
    const run = await storedRun(home, runId);
    assert.equal(run.state, 'succeeded');
    assert.deepEqual(
      run.steps.map(({ attempts }) => attempts),
      [1, 1, 1],
    );
    assert.deepEqual(processesOf(home), []);
  });

  test('two commands on one home share a system, and both runs succeed', async () => {
    const { env, home, letGo, ...first } = await holding();
    const second = start([...chain, '--param', 'hold=first'], env);
    await second.saying('stderr', /^first: started$/m);
    letGo(first.runId);
    letGo(await runIdOf(second));
    assert.equal((await first.process.ended()).exitCode, 0);
    assert.equal((await second.ended()).exitCode, 0);
    assert.deepEqual(processesOf(home), []);
  });

  test('a run follows its way to the end when the system it used is stopped', async () => {
    const { env, letGo, home } = await scriptedHome();
    const up = start(['up'], env);
    await up.saying('stdout', /Triad is ready/);
    const run = start([...chain, '--param', 'hold=second'], env);
    const runId = await runIdOf(run);
    await run.saying('stderr', /^second: started$/m);
    up.kill('SIGINT');
    assert.equal((await up.ended()).exitCode, 0);
    letGo(runId);
    assert.equal((await run.ended()).exitCode, 0);
    assert.deepEqual(processesOf(home), []);
  });
});
