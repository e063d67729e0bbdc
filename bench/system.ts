import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { systemClock } from '@triad/shared/clock/clock.ts';
import { loadConfig } from '@triad/shared/config/config.ts';
import { type RunView, runList, runView } from '@triad/shared/contracts/run-view.ts';
import { httpJson } from '@triad/shared/http/http-json.ts';
import { serviceEnvironment } from '../cli/system/service-environment.ts';
import { type ServiceName, serviceLaunch } from '../cli/system/services.ts';
import { type RunningService, startService } from '../cli/system/start-service.ts';
import { freshDirectory } from './fresh-directory.ts';
import { repository } from './processes.ts';

/** How often it is asked whether a run has finished, in milliseconds: seldom, since asking costs time too. */
const POLL_MS = 100;
/** How often it is asked whether any runs are left, in milliseconds. */
const IDLE_POLL_MS = 250;

const noopMain = join(repository, 'bench/noop/main.ts');

/** The job that does nothing: in the invoker's process, or each in its own, of which some wait warm. */
export const noopJob = {
  inProcess: {
    TRIAD_IN_PROCESS_JOBS: JSON.stringify({ noop: join(repository, 'bench/noop/noop-job.ts') }),
  },
  process: (warm: number) => ({
    TRIAD_JOBS: JSON.stringify({ noop: { command: [process.execPath, noopMain], warm } }),
  }),
};

/** A home whose services are started one by one, as `triad up` starts them. */
export interface BenchSystem {
  home: string;
  start(service: ServiceName): Promise<void>;
  /** Asks the orchestrator. */
  ask(path: string, body?: object): Promise<unknown>;
  /** Stops what was started; the home stays, as it does until all is measured. */
  stop(): Promise<void>;
}

/** No schedules, no requests too many, and the pipelines of this folder, unless `env` says otherwise. */
export async function openSystem(env: NodeJS.ProcessEnv): Promise<BenchSystem> {
  const home = await freshDirectory();
  const own = {
    TRIAD_HOME: home,
    TRIAD_PIPELINES_DIR: join(repository, 'bench/noop/pipelines'),
    TRIAD_SCHEDULER: 'off',
    TRIAD_RATE_LIMIT: '0',
    // Two services and the waiting processes of the job that is measured; no others.
    TRIAD_WARM_WORKERS: '0',
    ...env,
  };
  const config = loadConfig({ TRIAD_ORCHESTRATOR_PORT: '0', TRIAD_INVOKER_PORT: '0', ...own });
  const environment: NodeJS.ProcessEnv = {
    ...(await serviceEnvironment({ config, env: process.env }, { temporary: false })),
    ...own,
  };
  const url = `http://127.0.0.1:${environment.TRIAD_ORCHESTRATOR_PORT}`;
  const running: RunningService[] = [];
  const stop = async () => {
    await Promise.all(running.splice(0).map((service) => service.stop()));
  };
  return {
    home,
    async start(service) {
      const launch = serviceLaunch(service, config, environment);
      running.push(await startService(launch, systemClock));
    },
    ask: (path, body) =>
      httpJson({ service: 'orchestrator', url: url + path, ...(body && { body }) }),
    stop,
  };
}

/** A run of a pipeline from its creation to its success. */
export async function runToEnd({ ask }: BenchSystem, pipeline: string): Promise<RunView> {
  const body = { pipeline, runDate: '2026-01-31', params: {} };
  let view = runView.parse(await ask('/v1/runs', body));
  while (view.finishedAt === null) {
    await pause(POLL_MS);
    view = runView.parse(await ask(`/v1/runs/${view.runId}`));
  }
  if (view.state !== 'succeeded') throw new Error(JSON.stringify(view.error));
  return view;
}

/** Resolves when no run waits or runs. It asks for little: to look on must slow nothing down. */
export async function untilIdle({ ask }: BenchSystem): Promise<void> {
  const some = async (state: string) =>
    runList.parse(await ask(`/v1/runs?state=${state}&limit=1`)).runs.length > 0;
  while ((await some('queued')) || (await some('running'))) await pause(IDLE_POLL_MS);
}

/** From a run's creation to its end, in milliseconds, by the orchestrator's clock. */
export const durationOf = ({ createdAt, finishedAt }: RunView): number =>
  Date.parse(finishedAt ?? '') - Date.parse(createdAt);
