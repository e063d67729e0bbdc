import { openAsBlob, readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { after } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { type RunView, runView } from '@triad/shared/contracts/run-view.ts';
import { httpJson } from '@triad/shared/http/http-json.ts';
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

const docker = resolve(import.meta.dirname, '../../../docker');
const compose = readCompose(join(docker, 'compose.emulators.yml'), { TRIAD_REVISION: 'checkout' });
const images: Record<string, EmulatedImage> = JSON.parse(
  readFileSync(join(docker, 'emulators/images.json'), 'utf8'),
);
const user = 'ada@shop.example';

/** What stands for an image that is built on Triad's image `container`. */
export const onTriad = images['localhost/triad/container:emulated'] ?? [];

/** What the job of this name runs as. */
export const accountOf = (job: string): string => `triad-${job}@shop.iam.gserviceaccount.com`;
const accounts = ['sql-runner', 'trainer', 'container'].map((job) => [job, accountOf(job)]);

export interface CloudSystemOptions {
  /** Directory of pipeline files. @default the project's own */
  pipelines?: string;
  /** Images of users, by their whole names. @default none */
  images?: Readonly<Record<string, EmulatedImage>>;
}

/** A service of the file that is a program of ours. */
type Ours = 'orchestrator' | 'invoker' | 'identity' | 'jobs';
const ports: Record<Ours, string> = {
  orchestrator: '4180',
  invoker: '4181',
  identity: '8094',
  jobs: '8093',
};

/**
 * The system of docker/compose.emulators.yml as processes of this machine: all of Triad's and the
 * emulators that are ours as the file has them, for the images of others the same servers, built
 * here. Everything ends with the tests of the file.
 */
export class CloudSystem {
  /** Vertex AI and Cloud Run: the one service that is in this process, to be asked what it did. */
  readonly jobs: JobsEmulator;
  readonly #orchestratorUrl: string;
  readonly #identityUrl: string;
  readonly #bucketUrl: string;
  readonly #warehouse: BigQueryOptions;

  private constructor(
    jobs: JobsEmulator,
    urls: { orchestrator: string; identity: string; bucket: string },
    warehouse: BigQueryOptions,
  ) {
    this.jobs = jobs;
    this.#orchestratorUrl = urls.orchestrator;
    this.#identityUrl = urls.identity;
    this.#bucketUrl = urls.bucket;
    this.#warehouse = warehouse;
  }

  static async start(options: CloudSystemOptions = {}): Promise<CloudSystem> {
    const home = await temporaryDirectory();
    const { TRIAD_GCP_PROJECT: project, TRIAD_NAMESPACE: namespace = '' } = settings();
    // Programs are called by `node`, which is to be this one.
    const common = {
      PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
      TMPDIR: process.env.TMPDIR,
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
    };
    const jobs = await JobsEmulator.start({
      images: { ...images, ...options.images },
      environment: common,
    });
    after(() => jobs.stop());
    const [pstest, storage, newWarehouse, postgres] = await Promise.all([
      startPstest(),
      startCloudStorage(),
      bigQueryEmulator(project),
      DebianPostgres.start(),
    ]);
    after(() => postgres.stop());
    const own = {
      orchestrator: await availablePort(),
      invoker: await availablePort(),
      identity: await availablePort(),
      jobs: jobs.endpoint.port,
    };
    const addresses = new Map([
      ['postgres://triad:triad@postgres:5432/triad', await postgres.newDatabase()],
      ['pubsub:8085', pstest.endpoint],
      ['storage:4443', new URL(storage.url).host],
      ['http://bigquery:9050', newWarehouse().endpoint ?? ''],
      ...Object.entries(own).map(
        ([name, port]) => [`${name}:${ports[name as Ours]}`, `127.0.0.1:${port}`] as const,
      ),
    ]);
    const words = new Map([
      ['0.0.0.0', '127.0.0.1'],
      [ports.identity, String(own.identity)],
      [ports.jobs, String(own.jobs)],
    ]);
    const start = (name: string, main?: string) => {
      const service = compose.services[name];
      if (!service) throw new Error(`the file has no ${name}`);
      const environment = {
        ...common,
        TRIAD_HOME: home,
        TRIAD_ORCHESTRATOR_PORT: String(own.orchestrator),
        TRIAD_INVOKER_PORT: String(own.invoker),
        TRIAD_SCHEDULER: 'off',
        TRIAD_JOB_SERVICE_ACCOUNTS: JSON.stringify(Object.fromEntries(accounts)),
        ...(options.pipelines !== undefined && { TRIAD_PIPELINES_DIR: options.pipelines }),
      };
      const directory = join(home, 'logs');
      return startComposeService(name, service, {
        ...{ addresses, words, environment, directory },
        ...(main !== undefined && { main }),
      });
    };
    const ready = async (name: string, main?: string) => (await start(name, main)).ready;
    const prepared = await (await start('prepare')).exited;
    if (prepared !== 0) throw new Error(`prepare ended with ${prepared}`);
    await ready('identity');
    await Promise.all([
      ready('orchestrator', 'orchestrator/main.ts'),
      ready('invoker', 'invoker/main.ts'),
    ]);
    const url = (name: Ours) => `http://127.0.0.1:${own[name]}`;
    const bucket = `${storage.url}/upload/storage/v1/b/${settings().TRIAD_BUCKET}/o`;
    return new CloudSystem(
      jobs,
      { orchestrator: url('orchestrator'), identity: url('identity'), bucket },
      { ...newWarehouse(), namespace },
    );
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
    const answer = await fetch(`${this.#identityUrl}/token?email=${user}`);
    const token = await answer.text();
    const url = this.#orchestratorUrl + path;
    return httpJson({ service: 'orchestrator', url, token, ...(body && { body }) });
  }

  /** A run, once it has finished. */
  async run(pipeline: string, runDate: string, params: RunView['params'] = {}): Promise<RunView> {
    const { runId } = runView.parse(await this.ask('/v1/runs', { pipeline, runDate, params }));
    for (;;) {
      const run = runView.parse(await this.ask(`/v1/runs/${runId}`));
      if (run.finishedAt !== null) return run;
      await pause(500);
    }
  }
}

function settings(): Record<string, string> {
  const { orchestrator } = compose.services;
  if (!orchestrator) throw new Error('the file has no orchestrator');
  return environmentOf(orchestrator);
}
