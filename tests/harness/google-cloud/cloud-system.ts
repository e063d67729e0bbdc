import { openAsBlob, readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { after } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { type RunView, runView } from '@triad/shared/contracts/run-view.ts';
import { httpJson } from '@triad/shared/http/http-json.ts';
import {
  openPubsub,
  type PubsubOptions,
  topicName,
} from '@triad/shared/messenger/pubsub-client.ts';
import { bigQueryOpener } from '@triad/shared/warehouse/bigquery-engine.ts';
import type { BigQueryOptions } from '@triad/shared/warehouse/bigquery-options.ts';
import { environmentOf, readCompose } from '../../../docker/check/compose-file.ts';
import { formatResult } from '../../../sql-runner/query/format-result.ts';
import { runQuery } from '../../../sql-runner/query/run-query.ts';
import type { EmulatedImage } from '../../emulators/jobs/emulated-job.ts';
import { JobsEmulator } from '../../emulators/jobs/jobs-emulator.ts';
import { availablePort } from '../available-port.ts';
import { startPstest } from '../emulators/pstest.ts';
import { bigQueryEmulator } from '../external/bigquery-emulator.ts';
import { startCloudStorage } from '../external/cloud-storage.ts';
import { DebianPostgres } from '../state/debian-postgres.ts';
import { temporaryDirectory } from '../temporary-directory.ts';
import { startComposeService } from './compose-process.ts';

const repository = resolve(import.meta.dirname, '../../..');
const compose = readCompose(join(repository, 'docker/compose.emulators.yml'), {
  TRIAD_REVISION: 'checkout',
});
const user = 'ada@shop.example';

/** The images of Triad's own jobs, and the program that stands for each. */
const images: Record<string, EmulatedImage> = JSON.parse(
  readFileSync(join(repository, 'docker/emulators/images.json'), 'utf8'),
);
/** An image that is built on Triad's image `container`, as far as that goes. */
export const onTriad: EmulatedImage = {
  files: {
    '/usr/local/bin/tini': join(repository, 'tests/emulators/jobs/tini.sh'),
    '/usr/local/bin/node': process.execPath,
    '/triad': repository,
  },
};

/** What the job of this name runs as. */
export const accountOf = (job: string): string =>
  `triad-${job}@triad-local.iam.gserviceaccount.com`;

export interface CloudSystemOptions {
  /** Directory of pipeline files. @default the project's own */
  pipelines?: string;
  /** Images of users, by their whole names. @default none */
  images?: Readonly<Record<string, EmulatedImage>>;
  /** Whether orchestrator and invoker are pushed their messages, or pull them. @default push */
  delivery?: 'push' | 'pull';
}

/** A service of the file that is a program of ours, and its port there. */
const ports = { orchestrator: '4180', invoker: '4181', identity: '8094' } as const;
type Ours = keyof typeof ports;

/**
 * The system of docker/compose.emulators.yml on this machine: the services of Triad and `identity` are
 * processes with the environment of the file, `jobs` is in this process, where it can be looked into, and
 * for the images of others there are the same servers, built here. Everything ends with the tests of
 * the file.
 */
export class CloudSystem {
  readonly home: string;
  readonly jobs: JobsEmulator;
  readonly #urls: Record<Ours, string>;
  /** Of the bucket's objects; to upload, with `/upload` before the path. */
  readonly #objectsUrl: URL;
  readonly #warehouse: BigQueryOptions;
  readonly #pubsub: PubsubOptions;

  private constructor(parts: {
    home: string;
    jobs: JobsEmulator;
    urls: Record<Ours, string>;
    objectsUrl: URL;
    warehouse: BigQueryOptions;
    pubsub: PubsubOptions;
  }) {
    this.home = parts.home;
    this.jobs = parts.jobs;
    this.#urls = parts.urls;
    this.#objectsUrl = parts.objectsUrl;
    this.#warehouse = parts.warehouse;
    this.#pubsub = parts.pubsub;
  }

  static async start(options: CloudSystemOptions = {}): Promise<CloudSystem> {
    const home = await temporaryDirectory();
    const { project, namespace, bucket, jobNames } = settings();
    const [pstest, storage, newWarehouse, postgres] = await Promise.all([
      startPstest(),
      startCloudStorage(),
      bigQueryEmulator(project),
      DebianPostgres.start(),
    ]);
    after(() => postgres.stop());
    const onThisNode = {
      // Programs are called by `node`, which is to be this one.
      PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
      TMPDIR: process.env.TMPDIR,
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
    };
    const jobs = await JobsEmulator.start({
      images: { ...images, ...options.images },
      environment: onThisNode,
    });
    after(() => jobs.stop());
    const bigQuery = newWarehouse();
    const own = {
      orchestrator: await availablePort(),
      invoker: await availablePort(),
      identity: await availablePort(),
    };
    const url = (name: Ours) => `http://127.0.0.1:${own[name]}`;
    const addresses = new Map([
      ['postgres://triad:triad@postgres:5432/triad', await postgres.newDatabase()],
      ['pubsub:8085', pstest.endpoint],
      ['storage:4443', new URL(storage.url).host],
      ['http://bigquery:9050', bigQuery.endpoint ?? ''],
      ['jobs:8093', `${jobs.endpoint.host}:${jobs.endpoint.port}`],
      ...Object.entries(ports).map(
        ([name, port]) => [`http://${name}:${port}`, url(name as Ours)] as const,
      ),
      [`identity:${ports.identity}`, new URL(url('identity')).host],
    ]);
    const words = new Map([
      ['0.0.0.0', '127.0.0.1'],
      [ports.identity, String(own.identity)],
    ]);
    const environment = {
      ...onThisNode,
      TRIAD_HOME: home,
      TRIAD_ORCHESTRATOR_PORT: String(own.orchestrator),
      TRIAD_INVOKER_PORT: String(own.invoker),
      TRIAD_SCHEDULER: 'off',
      TRIAD_PUBSUB_DELIVERY: options.delivery,
      TRIAD_JOB_SERVICE_ACCOUNTS: JSON.stringify(
        Object.fromEntries(jobNames.map((job) => [job, accountOf(job)])),
      ),
      ...(options.pipelines !== undefined && { TRIAD_PIPELINES_DIR: options.pipelines }),
    };
    const start = (name: string, main?: string) => {
      const service = compose.services[name];
      if (!service) throw new Error(`the file has no ${name}`);
      return startComposeService(name, service, {
        ...{ addresses, words, environment, directory: join(home, 'logs') },
        ...(main !== undefined && { main }),
      });
    };
    const prepared = await (await start('prepare')).exited;
    if (prepared !== 0) throw new Error(`prepare ended with ${prepared}`);
    await (await start('identity')).ready;
    const services = ['orchestrator', 'invoker'];
    await Promise.all(services.map(async (name) => (await start(name, `${name}/main.ts`)).ready));
    return new CloudSystem({
      home,
      jobs,
      urls: {
        orchestrator: url('orchestrator'),
        invoker: url('invoker'),
        identity: url('identity'),
      },
      objectsUrl: new URL(`/storage/v1/b/${bucket}/o`, storage.url),
      warehouse: { ...bigQuery, namespace },
      pubsub: { project, endpoint: pstest.endpoint },
    });
  }

  /** Puts a file into the bucket, as a user would with any tool. @returns its `gs://` address */
  async upload(path: string): Promise<string> {
    const name = `incoming/${basename(path)}`;
    const query = new URLSearchParams({ uploadType: 'media', name });
    const body = await openAsBlob(path);
    const url = new URL(`/upload${this.#objectsUrl.pathname}?${query}`, this.#objectsUrl);
    const response = await fetch(url, { method: 'POST', body });
    const { bucket } = (await response.json()) as { bucket: string };
    return `gs://${bucket}/${name}`;
  }

  /** The paths of the artifacts that begin so, in their order. */
  async stored(prefix: string): Promise<string[]> {
    const root = `${this.#warehouse.namespace}/`;
    const query = new URLSearchParams({ prefix: root + prefix });
    const response = await fetch(new URL(`?${query}`, this.#objectsUrl));
    const { items = [] } = (await response.json()) as { items?: { name: string }[] };
    return items.map(({ name }) => name.slice(root.length)).sort();
  }

  /** The rows of a query on the published tables. */
  async published(query: string): Promise<Record<string, unknown>[]> {
    const result = await runQuery(bigQueryOpener(this.#warehouse).open, query);
    return JSON.parse(formatResult(result, 'json'));
  }

  /** Publishes what need not be a message of Triad's. */
  async publish(topic: string, text: string): Promise<void> {
    const pubsub = await openPubsub(this.#pubsub);
    const name = topicName(topic, { namespace: this.#warehouse.namespace });
    await pubsub.topic(name).publishMessage({ data: Buffer.from(text) });
    await pubsub.close();
  }

  /** By these the `triad` command asks it, as a user who may run pipelines. */
  async variables() {
    const answer = await fetch(`${this.#urls.identity}/token?email=${user}`);
    return { TRIAD_URL: this.#urls.orchestrator, TRIAD_TOKEN: await answer.text() };
  }

  /** Asks the orchestrator as that user. */
  async ask(path: string, body?: object): Promise<unknown> {
    const { TRIAD_URL, TRIAD_TOKEN: token } = await this.variables();
    const url = TRIAD_URL + path;
    return httpJson({ service: 'orchestrator', url, token, ...(body && { body }) });
  }

  /** Begins a run. @returns its id */
  async begin(pipeline: string, runDate: string, params: RunView['params']): Promise<string> {
    return runView.parse(await this.ask('/v1/runs', { pipeline, runDate, params })).runId;
  }

  /** A new run, once it has finished. */
  async run(pipeline: string, runDate: string, params: RunView['params']): Promise<RunView> {
    return this.finished(await this.begin(pipeline, runDate, params));
  }

  /** A run, once it has finished. */
  async finished(runId: string): Promise<RunView> {
    for (;;) {
      const run = runView.parse(await this.ask(`/v1/runs/${runId}`));
      if (run.finishedAt !== null) return run;
      await pause(500);
    }
  }
}

/** What the file says of all services. */
function settings() {
  const { orchestrator } = compose.services;
  if (!orchestrator) throw new Error('the file has no orchestrator');
  const variables = environmentOf(orchestrator);
  return {
    project: variables.TRIAD_GCP_PROJECT ?? '',
    namespace: variables.TRIAD_NAMESPACE ?? '',
    bucket: variables.TRIAD_BUCKET ?? '',
    jobNames: Object.keys(JSON.parse(variables.TRIAD_JOB_IMAGES ?? '{}')),
  };
}
