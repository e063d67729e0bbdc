import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, openAsBlob } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { after } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { systemClock } from '@triad/shared/clock/clock.ts';
import { type RunView, runView } from '@triad/shared/contracts/run-view.ts';
import { topic } from '@triad/shared/contracts/topics.ts';
import { httpJson } from '@triad/shared/http/http-json.ts';
import { bigQueryOpener } from '@triad/shared/warehouse/bigquery-engine.ts';
import type { BigQueryOptions } from '@triad/shared/warehouse/bigquery-options.ts';
import { formatResult } from '../../../sql-runner/query/format-result.ts';
import { runQuery } from '../../../sql-runner/query/run-query.ts';
import type { EmulatedImage } from '../../emulators/jobs/emulated-job.ts';
import { JobsEmulator } from '../../emulators/jobs/jobs-emulator.ts';
import { serve } from '../access/http-stub.ts';
import { LocalIssuer } from '../access/local-issuer.ts';
import { availablePort } from '../available-port.ts';
import { startPstest } from '../emulators/pstest.ts';
import { makePubsubProject, namespace } from '../emulators/pubsub-project.ts';
import { pushSubscription } from '../emulators/push-subscription.ts';
import { bigQueryEmulator } from '../external/bigquery-emulator.ts';
import { startCloudStorage } from '../external/cloud-storage.ts';
import { DebianPostgres } from '../state/debian-postgres.ts';
import { temporaryDirectory } from '../temporary-directory.ts';

const repository = resolve(import.meta.dirname, '../../..');
const user = 'ada@shop.example';
const service = 'triad@shop.iam.gserviceaccount.com';
const region = 'europe-west4';

/** The images that there are, by the names of their jobs, and what stands for each. */
const images: Record<string, { name: string; image: EmulatedImage }> = Object.fromEntries(
  ['sql-runner', 'trainer'].map((job) => [
    job,
    { name: imageOf(job), image: [process.execPath, join(repository, job, 'main.ts')] },
  ]),
);
/** An image that is built on Triad's image `container`, as far as that goes. */
export const onTriad: EmulatedImage = {
  files: {
    '/usr/local/bin/tini': join(repository, 'tests/emulators/jobs/tini.sh'),
    '/usr/local/bin/node': process.execPath,
    '/triad': repository,
  },
};
images.container = { name: imageOf('container'), image: onTriad };

function imageOf(job: string): string {
  return `europe-docker.pkg.dev/shop/triad/${job}:1`;
}

/** What the job of this name runs as. */
export const accountOf = (job: string): string => `triad-${job}@shop.iam.gserviceaccount.com`;

export interface CloudSystemOptions {
  /** Directory of pipeline files. @default the project's own */
  pipelines?: string;
  /** Images of users, by their whole names. @default none */
  images?: Readonly<Record<string, EmulatedImage>>;
}

/**
 * The real orchestrator and invoker in the profile `gcp`, on emulators of all that they need there:
 * Pub/Sub, Cloud Storage, BigQuery, Vertex AI and Cloud Run, Postgres, an issuer of tokens and the
 * metadata server. Everything ends with the tests of the file.
 */
export class CloudSystem {
  readonly home: string;
  readonly jobs: JobsEmulator;
  readonly orchestratorUrl: string;
  readonly #issuer: LocalIssuer;
  readonly #bucketUrl: string;
  readonly #warehouse: BigQueryOptions;

  private constructor(parts: {
    home: string;
    jobs: JobsEmulator;
    orchestratorUrl: string;
    issuer: LocalIssuer;
    bucketUrl: string;
    warehouse: BigQueryOptions;
  }) {
    this.home = parts.home;
    this.jobs = parts.jobs;
    this.orchestratorUrl = parts.orchestratorUrl;
    this.#issuer = parts.issuer;
    this.#bucketUrl = parts.bucketUrl;
    this.#warehouse = parts.warehouse;
  }

  static async start(options: CloudSystemOptions = {}): Promise<CloudSystem> {
    const home = await temporaryDirectory();
    const [pstest, storage, newWarehouse, postgres, issuer] = await Promise.all([
      startPstest(),
      startCloudStorage(),
      bigQueryEmulator(),
      DebianPostgres.start(),
      LocalIssuer.start(systemClock),
    ]);
    after(() => postgres.stop());
    const pubsub = await makePubsubProject(pstest.endpoint, newWarehouse().project);
    await pubsub.createTopic(topic.commands);
    await pubsub.createTopic(topic.outcomes);
    const subscriptions: [string, string][] = [
      ['invoker', topic.commands],
      ['orchestrator', topic.outcomes],
      ['dead-letters', topic.deadLetters],
    ];
    for (const [name, of] of subscriptions) {
      await pubsub.createSubscription(`${namespace}-${name}`, of, { ordered: true });
    }
    const bucket = await storage.createBucket();
    const { project } = pubsub.options;
    const bigQuery = newWarehouse();
    const jobs = await JobsEmulator.start({
      images: {
        ...Object.fromEntries(Object.values(images).map(({ name, image }) => [name, image])),
        ...options.images,
      },
      environment: {
        TMPDIR: process.env.TMPDIR,
        NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
      },
    });
    after(() => jobs.stop());
    const metadata = await serve(async (request, response) => {
      response.setHeader('metadata-flavor', 'Google');
      const { pathname, searchParams } = new URL(request.url ?? '', 'http://metadata');
      if (!pathname.endsWith('/identity')) return response.writeHead(404).end();
      const aud = searchParams.get('audience') ?? '';
      response.end(await issuer.token({ aud, email: service }));
    });
    const ports = { orchestrator: await availablePort(), invoker: await availablePort() };
    const url = (name: keyof typeof ports) => `http://127.0.0.1:${ports[name]}`;
    const jobsAt = `${jobs.endpoint.host}:${jobs.endpoint.port}`;
    const environment: NodeJS.ProcessEnv = {
      PATH: process.env.PATH,
      TMPDIR: process.env.TMPDIR,
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
      GCE_METADATA_HOST: new URL(metadata).host,
      METADATA_SERVER_DETECTION: 'assume-present',
      GOOGLE_CLOUD_PROJECT: project,
      TRIAD_PROFILE: 'gcp',
      TRIAD_HOME: home,
      TRIAD_DATABASE_URL: await postgres.newDatabase(),
      TRIAD_GCP_PROJECT: project,
      TRIAD_GCP_REGION: region,
      TRIAD_NAMESPACE: namespace,
      TRIAD_BUCKET: bucket,
      TRIAD_JOB_IMAGES: JSON.stringify(
        Object.fromEntries(Object.entries(images).map(([job, { name }]) => [job, name])),
      ),
      TRIAD_JOB_SERVICE_ACCOUNTS: JSON.stringify(
        Object.fromEntries(Object.keys(images).map((job) => [job, accountOf(job)])),
      ),
      ...(options.pipelines !== undefined && { TRIAD_PIPELINES_DIR: options.pipelines }),
      TRIAD_OIDC_KEYS: issuer.jwksUrl,
      TRIAD_OIDC_ACCOUNTS: JSON.stringify({ [service]: 'service', [user]: 'operator' }),
      TRIAD_PUBSUB_ENDPOINT: pstest.endpoint,
      TRIAD_CLOUD_STORAGE_ENDPOINT: storage.url,
      TRIAD_BIGQUERY_ENDPOINT: bigQuery.endpoint,
      TRIAD_VERTEX_ENDPOINT: jobsAt,
      TRIAD_RUN_ENDPOINT: jobsAt,
      TRIAD_ORCHESTRATOR_PORT: String(ports.orchestrator),
      TRIAD_INVOKER_PORT: String(ports.invoker),
      TRIAD_SCHEDULER: 'off',
    };
    await Promise.all([
      startService('orchestrator', home, environment),
      startService('invoker', home, environment),
    ]);
    const endpoints = {
      invoker: `${url('invoker')}/pubsub/push`,
      orchestrator: `${url('orchestrator')}/pubsub/push`,
      'dead-letters': `${url('orchestrator')}/pubsub/dead-letters`,
    };
    for (const [name, endpoint] of Object.entries(endpoints)) {
      const subscription = `${namespace}-${name}`;
      const aud = new URL(endpoint).origin;
      const token = await issuer.token({ aud, email: service });
      const push = { project, subscription, endpoint, token, emulator: pstest.endpoint };
      const pull = pushSubscription(push);
      after(() => pull.close());
    }
    return new CloudSystem({
      home,
      jobs,
      orchestratorUrl: url('orchestrator'),
      issuer,
      bucketUrl: `${storage.url}/upload/storage/v1/b/${bucket}/o`,
      warehouse: { ...bigQuery, namespace },
    });
  }

  /** Puts a file into the bucket, as a user would with any tool. @returns its `gs://` address */
  async upload(path: string): Promise<string> {
    const name = `incoming/${basename(path)}`;
    const query = new URLSearchParams({ uploadType: 'media', name });
    const body = await openAsBlob(path);
    const response = await fetch(`${this.#bucketUrl}?${query}`, { method: 'POST', body });
    const { bucket } = (await response.json()) as { bucket: string };
    return `gs://${bucket}/${name}`;
  }

  /** The rows of a query on the published tables. */
  async published(query: string): Promise<Record<string, unknown>[]> {
    const result = await runQuery(bigQueryOpener(this.#warehouse).open, query);
    return JSON.parse(formatResult(result, 'json'));
  }

  /** Asks the orchestrator as a user who may run pipelines. */
  async ask(path: string, body?: object): Promise<unknown> {
    const aud = new URL(this.orchestratorUrl).origin;
    const token = await this.#issuer.token({ aud, email: user });
    const url = this.orchestratorUrl + path;
    return httpJson({ service: 'orchestrator', url, token, ...(body && { body }) });
  }

  /** A run, once it has finished. */
  async run(pipeline: string, runDate: string, params: RunView['params']): Promise<RunView> {
    const { runId } = runView.parse(await this.ask('/v1/runs', { pipeline, runDate, params }));
    for (;;) {
      const run = runView.parse(await this.ask(`/v1/runs/${runId}`));
      if (run.finishedAt !== null) return run;
      await pause(500);
    }
  }
}

async function startService(
  name: 'orchestrator' | 'invoker',
  home: string,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  await mkdir(join(home, 'logs'), { recursive: true });
  const child = fork(join(repository, name, 'main.ts'), [], { env, silent: true });
  const log = createWriteStream(join(home, 'logs', `${name}.log`));
  child.stdout?.pipe(log);
  child.stderr?.pipe(log, { end: false });
  after(() => stop(child));
  const [message] = (await once(child, 'message')) as [{ ready: boolean }];
  if (!message.ready) throw new Error(`${name} did not start: ${JSON.stringify(message)}`);
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
}
