import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { repository } from '../harness/architecture/sources.ts';
import { triadProcess } from '../harness/cli/triad-process.ts';
import { type LoadedModules, ModuleTrace } from '../harness/module-trace.ts';
import { temporaryDirectory } from '../harness/temporary-directory.ts';

const cloudPackage =
  /^(@google-cloud|@grpc|@googleapis|@aws-sdk|@smithy)\/|^(google-|gaxios$|gcp-)/;
const cloudPackages = (processes: LoadedModules[]) =>
  processes.flatMap(({ main, packages }) =>
    packages.filter((name) => cloudPackage.test(name)).map((name) => `${main} loads ${name}`),
  );
/** All packages that processes loaded which began at this file of the project. */
const loadedBy = (processes: LoadedModules[], main: string): string[] | undefined => {
  const own = processes.filter((each) => each.main === join(repository, main));
  return own.length === 0 ? undefined : own.flatMap(({ packages }) => packages);
};

describe('a system that is not in the cloud loads no SDK of a cloud', () => {
  test('when it explains itself', async () => {
    const trace = await ModuleTrace.start();
    const { exitCode, stdout } = await triadProcess(['--help'], trace.env);
    assert.equal(exitCode, 0);
    assert.match(stdout, /triad/);
    assert.deepEqual(loadedBy(trace.read(), 'cli/main.ts')?.includes('commander'), true);
    assert.deepEqual(cloudPackages(trace.read()), []);
  });

  test('in none of its processes, when it runs the reference pipeline', async () => {
    const trace = await ModuleTrace.start();
    const home = await temporaryDirectory();
    const { exitCode, stderr } = await triadProcess(['demo'], {
      ...{ TRIAD_HOME: home, INIT_CWD: home },
      ...{ TRIAD_ORCHESTRATOR_PORT: '0', TRIAD_INVOKER_PORT: '0' },
      ...trace.env,
    });
    assert.equal(exitCode, 0, stderr);
    const processes = trace.read();
    // Each was seen loading what it works with.
    assert.ok(loadedBy(processes, 'orchestrator/main.ts')?.includes('express'));
    assert.ok(loadedBy(processes, 'invoker/main.ts')?.includes('express'));
    assert.ok(loadedBy(processes, 'sql-runner/main.ts')?.includes('@duckdb/node-api'));
    assert.ok(loadedBy(processes, 'trainer/main.ts')?.includes('@duckdb/node-api'));
    assert.deepEqual(cloudPackages(processes), []);
  });

  test('and one that used an SDK would be seen', async () => {
    const trace = await ModuleTrace.start();
    const file = join(repository, 'shared/artifacts/cloud-storage-bucket.ts');
    const script =
      'await (await import(process.argv[1])).openBucket("models", "http://127.0.0.1:9")';
    const child = spawn(process.execPath, ['--input-type=module', '--eval', script, file], {
      env: { ...process.env, ...trace.env },
      stdio: 'inherit',
    });
    assert.deepEqual(await once(child, 'exit'), [0, null]);
    const found = trace
      .read()
      .flatMap(({ packages }) => packages.filter((p) => cloudPackage.test(p)));
    for (const name of ['@google-cloud/storage', 'google-auth-library', 'gaxios']) {
      assert.ok(found.includes(name), name);
    }
  });
});
