import { join, resolve } from 'node:path';
import type { Config } from '@triad/shared/config/config.ts';
import { homeLayout } from '@triad/shared/config/home.ts';

export type ServiceName = 'orchestrator' | 'invoker';
export type PerService<T> = Record<ServiceName, T>;

export const perService = <T>(make: (name: ServiceName) => T): PerService<T> => ({
  orchestrator: make('orchestrator'),
  invoker: make('invoker'),
});

/** Root of the project, which every service folder is in. */
export const projectDirectory = resolve(import.meta.dirname, '../..');

/** What it takes to start a service. */
export interface ServiceLaunch {
  name: ServiceName;
  /** The TypeScript file to run. */
  entry: string;
  /** The whole environment. */
  environment: NodeJS.ProcessEnv;
  /** Where everything the service prints is appended. */
  logFile: string;
  /** How long it takes requests after it was told to stop, in seconds. */
  drainSeconds: number;
}

export const serviceLaunch = (
  name: ServiceName,
  { home, drainSeconds }: Config,
  environment: NodeJS.ProcessEnv,
): ServiceLaunch => ({
  name,
  entry: join(projectDirectory, name, 'main.ts'),
  environment,
  logFile: join(homeLayout(home).logs, `${name}.log`),
  drainSeconds,
});
