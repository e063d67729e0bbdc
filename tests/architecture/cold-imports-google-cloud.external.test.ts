import assert from 'node:assert/strict';
import { fork, spawn } from 'node:child_process';
import { hash } from 'node:crypto';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { CloudStorageArtifactStore } from '@triad/shared/artifacts/cloud-storage-artifact-store.ts';
import { systemClock } from '@triad/shared/clock/clock.ts';
import { errorPath, manifestPath } from '@triad/shared/contracts/attempt.ts';
import type { JobSpec } from '@triad/shared/contracts/job-spec.ts';
import type { ServiceMessage } from '@triad/shared/service/run-service.ts';
import { simulateOrders } from '@triad/shared/simulate/simulate-orders.ts';
import { quoteText } from '@triad/shared/warehouse/duckdb-quote.ts';
import { closedCloud } from '../../docker/check/closed-cloud.ts';
import { repository } from '../harness/architecture/sources.ts';
import { availablePort } from '../harness/available-port.ts';
import { startCloudStorage } from '../harness/external/cloud-storage.ts';
import { jobSpecWith } from '../harness/job-spec.ts';
import { ModuleTrace } from '../harness/module-trace.ts';
import { temporaryDirectory } from '../harness/temporary-directory.ts';
import { duckDbFile } from '../harness/warehouse/duckdb-warehouse.ts';
import { FakeBigQuery } from '../harness/warehouse/fake-bigquery.ts';

/** The packages that only some processes of the cloud have a use for. */
const warehouse = /^@google-cloud\/bigquery/;
const jobs = /^@google-cloud\/(aiplatform|run)$/;
const secrets = /^@google-cloud\/secret-manager$/;
const messages = /^@google-cloud\/pubsub$/;
const state = /^(pg|pg-.*|kysely)$/;
const otherClouds = /^(@aws-sdk|@smithy)\//;

const storageServer = startCloudStorage();
const snapshotBytes = makeSnapshot();

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
    loaded: (...kinds: RegExp[]) => loadedOf(trace, ['express', 'zod'], kinds),
  };
}

/** Which packages of these kinds were loaded so far. What a process works with, it must have been seen loading. */
function loadedOf(trace: ModuleTrace, used: readonly string[], kinds: readonly RegExp[]): string[] {
  const packages = trace.read().flatMap((one) => one.packages);
  for (const name of used) assert.ok(packages.includes(name), name);
  const isOfKind = (name: string) => kinds.some((kind) => kind.test(name));
  return [...new Set(packages.filter(isOfKind))].sort();
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

/** Does a job whole, in a process of its own as in its image, and tells what it has loaded. */
async function doJob(work: Pick<JobSpec, 'job' | 'kind' | 'params'> & Partial<JobSpec>) {
  const trace = await ModuleTrace.start();
  const storage = await storageServer;
  const warehouse = await FakeBigQuery.start();
  warehouse.datasets.set('check_triad', {});
  warehouse.ends = () => ({ fields: [{ name: 'n', type: 'INTEGER' }], rows: [['3']] });
  const bucket = await storage.createBucket();
  const artifacts = new CloudStorageArtifactStore({
    bucket,
    prefix: 'check',
    endpoint: storage.url,
    cacheDirectory: await temporaryDirectory(),
    clock: systemClock,
  });
  for (const { path } of work.inputs ?? []) await artifacts.put(path, await snapshotBytes);
  const spec = jobSpecWith(work.params, work);
  const child = spawn(process.execPath, [join(repository, work.job, 'main.ts')], {
    stdio: 'ignore',
    env: {
      PATH: process.env.PATH,
      TMPDIR: process.env.TMPDIR,
      ...closedCloud(await availablePort()),
      TRIAD_BUCKET: bucket,
      TRIAD_CLOUD_STORAGE_ENDPOINT: storage.url,
      TRIAD_BIGQUERY_ENDPOINT: warehouse.url,
      TRIAD_HOME: await temporaryDirectory(),
      TRIAD_JOB: JSON.stringify(spec),
      ...trace.env,
    },
  });
  const [code] = await once(child, 'exit');
  const error = await artifacts.get(errorPath(spec));
  assert.equal(code, 0, String(error?.body));
  assert.ok(await artifacts.stat(manifestPath(spec)));
  return (used: readonly string[], ...kinds: RegExp[]) =>
    loadedOf(trace, [...used, '@google-cloud/storage'], kinds);
}

/** The orders of simulated customers, as an export leaves them. */
async function makeSnapshot(): Promise<Buffer> {
  const directory = await temporaryDirectory();
  const rows = simulateOrders({ customers: 200, seed: 7 });
  const lines = Array.from(rows, (row) => [row.id_customer, row.order_date, row.sales_ar].join());
  await writeFile(
    join(directory, 'orders.csv'),
    `id_customer,order_date,sales_ar\n${lines.join('\n')}\n`,
  );
  const duckDb = await duckDbFile(join(directory, 'orders.duckdb'))({ write: true });
  const [csv, parquet] = ['orders.csv', 'orders.parquet'].map((name) =>
    quoteText(join(directory, name)),
  );
  const types = "{'id_customer': 'VARCHAR', 'order_date': 'DATE', 'sales_ar': 'DOUBLE'}";
  await duckDb.execute(
    `COPY (FROM read_csv(${csv}, columns = ${types})) TO ${parquet} (FORMAT parquet)`,
  );
  await duckDb.close();
  return readFile(join(directory, 'orders.parquet'));
}

describe('a job in the profile gcp loads no SDK that it does not use, and no state', () => {
  test('a trainer nothing of BigQuery', async () => {
    const body = await snapshotBytes;
    const loaded = await doJob({
      job: 'trainer',
      kind: 'train',
      runDate: '2024-12-30',
      params: { learner: 'clv', horizon: 52, discount_rate: 0.1 },
      inputs: [
        {
          step: 'snapshot',
          name: 'snapshot',
          path: 'runs/earlier/snapshot/1/orders.parquet',
          bytes: body.byteLength,
          sha256: hash('sha256', body),
        },
      ],
    });
    const used = ['@duckdb/node-api'];
    assert.deepEqual(loaded(used, warehouse, messages, jobs, secrets, otherClouds, state), []);
  });

  test('a sql-runner nothing of messages and of jobs', async () => {
    const query = 'SELECT COUNT(*) AS n FROM rfm';
    const loaded = await doJob({ job: 'sql-runner', kind: 'sense', params: { query } });
    const used = ['@google-cloud/bigquery'];
    assert.deepEqual(loaded(used, messages, jobs, secrets, otherClouds, state), []);
  });
});
