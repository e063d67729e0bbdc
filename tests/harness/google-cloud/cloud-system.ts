import { dirname, join, resolve } from 'node:path';
import { after } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { credentials, makeGenericClientConstructor } from '@grpc/grpc-js';
import { type RunView, runView } from '@triad/shared/contracts/run-view.ts';
import { httpJson } from '@triad/shared/http/http-json.ts';
import { environmentOf, readCompose } from '../../../docker/check/compose-file.ts';
import { serviceNamed } from '../../emulators/jobs/protos.ts';
import { availablePort } from '../available-port.ts';
import { startPstest } from '../emulators/pstest.ts';
import { bigQueryEmulator } from '../external/bigquery-emulator.ts';
import { startCloudStorage } from '../external/cloud-storage.ts';
import { DebianPostgres } from '../state/debian-postgres.ts';
import { temporaryDirectory } from '../temporary-directory.ts';
import { startComposeService } from './compose-process.ts';

const compose = readCompose(resolve(import.meta.dirname, '../../../docker/compose.emulators.yml'), {
  TRIAD_REVISION: 'checkout',
});
const user = 'ada@shop.example';

type UnaryCall = (request: object, done: (error: unknown, answer: unknown) => void) => void;

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
  /** Where the processes write what they have to say, a file for each. */
  readonly logs: string;
  readonly #urls: Record<Ours, string>;

  private constructor(logs: string, urls: Record<Ours, string>) {
    this.logs = logs;
    this.#urls = urls;
  }

  static async start(): Promise<CloudSystem> {
    const home = await temporaryDirectory();
    const { TRIAD_GCP_PROJECT: project } = settings();
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
      jobs: await availablePort(),
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
        // Programs are called by `node`, which is to be this one.
        PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
        TMPDIR: process.env.TMPDIR,
        NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
        TRIAD_HOME: home,
        TRIAD_ORCHESTRATOR_PORT: String(own.orchestrator),
        TRIAD_INVOKER_PORT: String(own.invoker),
        TRIAD_SCHEDULER: 'off',
      };
      const options = { addresses, words, environment, directory: join(home, 'logs') };
      return startComposeService(name, service, {
        ...options,
        ...(main !== undefined && { main }),
      });
    };
    const ready = async (name: string, main?: string) => (await start(name, main)).ready;
    const prepared = await (await start('prepare')).exited;
    if (prepared !== 0) throw new Error(`prepare ended with ${prepared}`);
    await Promise.all([ready('identity'), ready('jobs')]);
    await Promise.all([
      ready('orchestrator', 'orchestrator/main.ts'),
      ready('invoker', 'invoker/main.ts'),
    ]);
    const url = (name: Ours) => `http://127.0.0.1:${own[name]}`;
    return new CloudSystem(join(home, 'logs'), {
      orchestrator: url('orchestrator'),
      invoker: url('invoker'),
      identity: url('identity'),
      jobs: url('jobs'),
    });
  }

  /** Asks the orchestrator as a user who may run pipelines. */
  async ask(path: string, body?: object): Promise<unknown> {
    const answer = await fetch(`${this.#urls.identity}/token?email=${user}`);
    const token = await answer.text();
    const url = this.#urls.orchestrator + path;
    return httpJson({ service: 'orchestrator', url, token, ...(body && { body }) });
  }

  /** The jobs that there are on Vertex AI, by their resource names. */
  async vertexJobs(): Promise<string[]> {
    const Client = makeGenericClientConstructor(
      serviceNamed('google.cloud.aiplatform.v1.JobService'),
      'JobService',
    );
    const client = new Client(new URL(this.#urls.jobs).host, credentials.createInsecure());
    const { TRIAD_GCP_PROJECT: project, TRIAD_GCP_REGION: region } = settings();
    const parent = `projects/${project}/locations/${region}`;
    try {
      const list = promisify(client.ListCustomJobs?.bind(client) as UnaryCall);
      const { customJobs } = (await list({ parent })) as { customJobs: { name: string }[] };
      return customJobs.map(({ name }) => name);
    } finally {
      client.close();
    }
  }

  /** A run, once it has finished or `step` has succeeded. */
  async runUntil(
    pipeline: string,
    runDate: string,
    params: RunView['params'],
    step: string,
  ): Promise<RunView> {
    const { runId } = runView.parse(await this.ask('/v1/runs', { pipeline, runDate, params }));
    for (;;) {
      const run = runView.parse(await this.ask(`/v1/runs/${runId}`));
      const isDone = run.steps.some(({ name, state }) => name === step && state === 'succeeded');
      if (isDone || run.finishedAt !== null) return run;
      await pause(500);
    }
  }
}

function settings(): Record<string, string> {
  const { orchestrator } = compose.services;
  if (!orchestrator) throw new Error('the file has no orchestrator');
  return environmentOf(orchestrator);
}
