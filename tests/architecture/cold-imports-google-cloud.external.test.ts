import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import type { ServiceMessage } from '@triad/shared/service/run-service.ts';
import { closedCloud } from '../../docker/check/closed-cloud.ts';
import { repository } from '../harness/architecture/sources.ts';
import { availablePort } from '../harness/available-port.ts';
import { ModuleTrace } from '../harness/module-trace.ts';
import { temporaryDirectory } from '../harness/temporary-directory.ts';

/** The packages that only some processes of the cloud have a use for. */
const warehouse = /^@google-cloud\/bigquery/;
const jobs = /^@google-cloud\/(aiplatform|run)$/;
const secrets = /^@google-cloud\/secret-manager$/;
const otherClouds = /^(@aws-sdk|@smithy)\//;

/** A service in the profile gcp that can reach nothing of Google, and what it has loaded so far. */
async function start(t: TestContext, service: 'orchestrator' | 'invoker') {
  const trace = await ModuleTrace.start();
  const child = fork(join(repository, service, 'main.ts'), {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    env: {
      PATH: process.env.PATH,
      TMPDIR: process.env.TMPDIR,
      ...closedCloud(await availablePort()),
      TRIAD_HOME: await temporaryDirectory(),
      TRIAD_ORCHESTRATOR_PORT: '0',
      TRIAD_INVOKER_PORT: '0',
      TRIAD_SCHEDULER: 'off',
      ...trace.env,
    },
  });
  const exited = once(child, 'exit');
  t.after(async () => {
    child.kill('SIGKILL');
    await exited;
  });
  const [message] = (await once(child, 'message')) as [ServiceMessage];
  assert.ok(message.ready, JSON.stringify(message));
  return {
    status: async (path: string) => (await fetch(message.url + path)).status,
    loaded(...kinds: RegExp[]): string[] {
      const packages = trace.read().flatMap((one) => one.packages);
      // It was seen loading what it works with.
      for (const name of ['express', 'zod']) assert.ok(packages.includes(name), name);
      const isOfKind = (name: string) => kinds.some((kind) => kind.test(name));
      return [...new Set(packages.filter(isOfKind))].sort();
    },
  };
}

describe('a service in the profile gcp loads no SDK that it does not use', () => {
  test('an orchestrator none of the warehouse and of jobs, whatever it is asked', async (t) => {
    const { status, loaded } = await start(t, 'orchestrator');
    assert.equal(await status('/healthz'), 204);
    assert.equal(await status('/readyz'), 503);
    assert.deepEqual(loaded(warehouse, jobs, secrets, otherClouds), []);
    // What it asked whether it is ready.
    assert.deepEqual(loaded(/^@google-cloud\/(pubsub|storage)$/), [
      '@google-cloud/pubsub',
      '@google-cloud/storage',
    ]);
  });

  test('an invoker none of the warehouse, and those of jobs only once it asks for jobs', async (t) => {
    const { status, loaded } = await start(t, 'invoker');
    assert.equal(await status('/healthz'), 204);
    assert.deepEqual(loaded(warehouse, jobs, secrets, otherClouds), []);
    // To be ready is to have heard from Vertex AI and Cloud Run that they would take a job.
    assert.equal(await status('/readyz'), 503);
    assert.deepEqual(loaded(jobs), ['@google-cloud/aiplatform', '@google-cloud/run']);
    assert.deepEqual(loaded(warehouse, secrets, otherClouds), []);
  });
});
