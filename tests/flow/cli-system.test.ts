import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { childrenOf, commandOf, processesOf } from '../harness/cli/processes.ts';
import { scriptedHome } from '../harness/cli/scripted-home.ts';
import { triad } from '../harness/cli/triad.ts';
import { TriadProcess } from '../harness/cli/triad-process.ts';
import { lives } from '../harness/process-life.ts';
import { until } from '../harness/until.ts';

describe('the embedded system', { concurrency: 2 }, () => {
  const started: TriadProcess[] = [];
  after(() => {
    for (const process of started) process.kill('SIGKILL');
  });

  const start = (args: string[], env: NodeJS.ProcessEnv) => {
    const process = new TriadProcess(args, env);
    started.push(process);
    return process;
  };
  const up = async () => {
    const scripted = await scriptedHome();
    const process = start(['up'], scripted.env);
    await process.saying('stdout', /Triad is ready/);
    const children = childrenOf(process.pid);
    assert.equal(children.length, 2);
    return { ...scripted, process, children };
  };

  test('up says where it listens, keeps a second up off its home, and stops cleanly on Ctrl-C', async () => {
    const { process, home, children, env } = await up();
    const file = JSON.parse(await readFile(join(home, 'system.json'), 'utf8'));
    assert.equal(file.pid, process.pid);
    assert.ok(process.stdout.includes(file.orchestrator));
    assert.ok(process.stdout.includes(file.invoker));
    assert.equal((await fetch(`${file.invoker}/healthcheck`)).status, 204);
    const second = await triad(['up'], env);
    assert.equal(second.exitCode, 1);
    assert.match(second.stderr, /^Error HOME_IN_USE: Another Triad already runs .*\nTo fix: /);
    assert.ok(second.stderr.includes(`(process ${process.pid})`));
    assert.equal((await triad(['health'], env)).exitCode, 0);
    const elsewhere = { TRIAD_HOME: join(home, 'of-another'), TRIAD_URL: `${file.orchestrator}/` };
    const date = ['--run-date', '2024-01-31', '--json'];
    const { runId } = JSON.parse((await triad(['run', 'chain', ...date], elsewhere)).stdout);
    assert.equal(JSON.parse((await triad(['show', runId, '--json'], env)).stdout).runId, runId);
    assert.equal((await triad(['health'], elsewhere)).exitCode, 0);
    const wrong = async (...args: string[]) => {
      const { exitCode, stderr } = await triad(args, elsewhere);
      assert.equal(exitCode, 2, stderr);
      return stderr;
    };
    const local = ['--source', 'orders:my.csv'];
    assert.match(await wrong('run', 'chain', ...date, ...local), /has no orders:my\.csv/);
    assert.match(await wrong('sql', 'SELECT 1'), /set TRIAD_PROFILE=gcp/);
    assert.equal(existsSync(elsewhere.TRIAD_HOME), false);

    process.kill('SIGINT');
    assert.equal((await process.ended()).exitCode, 0);
    const gone = await triad(['health', '--json'], elsewhere);
    assert.equal(gone.exitCode, 1);
    assert.equal(JSON.parse(gone.stdout).error.code, 'SERVICE_UNREACHABLE');
    assert.deepEqual(children.map(lives), [false, false]);
    assert.equal(existsSync(join(home, 'system.json')), false);
  });

  test('a taken port is PORT_IN_USE, names it, and leaves nothing running', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await until('the port', async () => server.address() ?? undefined);
    const { port } = server.address() as AddressInfo;
    const { env, home } = await scriptedHome();
    const process = start(['up'], { ...env, TRIAD_INVOKER_PORT: String(port) });
    const { exitCode, stdout, stderr } = await process.ended();
    server.close();
    assert.equal(exitCode, 1);
    assert.equal(stdout, '');
    assert.match(
      stderr,
      new RegExp(`^Error PORT_IN_USE: Port ${port} of invoker .*\n.*TRIAD_INVOKER_PORT`),
    );
    assert.deepEqual(processesOf(home), []);
  });

  test('a corrupt state file is reported by its code, and is left as it is', async () => {
    const { env, home } = await scriptedHome();
    await writeFile(join(home, 'state.db'), 'not a database, and long enough to be read as one');
    const { exitCode, stdout, stderr } = await triad(['runs', '--json'], env);
    assert.equal(exitCode, 1);
    assert.equal(JSON.parse(stdout).error.code, 'STATE_CORRUPT');
    assert.match(stderr, /state\.db/);
    assert.match(await readFile(join(home, 'state.db'), 'utf8'), /^not a database/);
  });

  test('a service that is killed is started again at the same address; one Ctrl-C that arrives twice stops all', async () => {
    const { process, home, env, children } = await up();
    const { orchestrator } = await systemOf(env.TRIAD_HOME);
    const victim = children.find((pid) => commandOf(pid).includes('orchestrator'));
    assert.ok(victim);
    globalThis.process.kill(victim, 'SIGKILL');
    await process.saying('stderr', /The orchestrator died \(signal SIGKILL\); it is started again/);
    await process.saying('stderr', /The orchestrator runs again/);
    assert.equal((await fetch(`${orchestrator}/healthz`)).status, 204);
    assert.equal((await triad(['runs'], env)).exitCode, 0);

    process.kill('SIGINT');
    process.kill('SIGINT');
    assert.equal((await process.ended()).exitCode, 0);
    assert.equal(existsSync(join(home, 'system.json')), false);
  });

  for (const moment of ['at once', 'while it boots']) {
    test(`killing the command ${moment} leaves no process behind`, async () => {
      const { env, home } = await scriptedHome();
      const process = start(['up'], env);
      if (moment === 'while it boots') {
        await until('the services', async () => childrenOf(process.pid)[1]);
      }
      process.kill('SIGKILL');
      await process.ended();
      await until('all to end', async () => processesOf(home).length === 0 || undefined);
    });
  }

  test('killing the command when it is ready leaves no process behind, and a system.json that is ignored', async () => {
    const { env, home, process } = await up();
    process.kill('SIGKILL');
    await process.ended();
    await until('all to end', async () => processesOf(home).length === 0 || undefined);
    assert.ok(existsSync(join(home, 'system.json')));
    const { exitCode, stdout, stderr } = await triad(['pipelines', '--json'], env);
    assert.equal(exitCode, 0);
    assert.equal(stderr, '');
    assert.deepEqual(
      JSON.parse(stdout).pipelines.map(({ name }: { name: string }) => name),
      ['chain'],
    );
    assert.deepEqual(processesOf(home), []);
    assert.equal(existsSync(join(home, 'system.json')), false);
  });
});

const systemOf = async (home: string): Promise<{ orchestrator: string }> =>
  JSON.parse(await readFile(join(home, 'system.json'), 'utf8'));
