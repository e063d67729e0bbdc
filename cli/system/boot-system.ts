import type { Clock } from '@triad/shared/clock/clock.ts';
import type { Config } from '@triad/shared/config/config.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import { makeDirectory } from '@triad/shared/state/make-directory.ts';
import { keepAlive } from './keep-alive.ts';
import { serviceEnvironment } from './service-environment.ts';
import { type PerService, perService, type ServiceLaunch, serviceLaunch } from './services.ts';
import { type RunningService, startService } from './start-service.ts';
import { removeSystemFile, writeSystemFile } from './system-file.ts';

export interface BootOptions {
  config: Config;
  /** What the services find in their environment, beside the changes made for them. */
  env: NodeJS.ProcessEnv;
  /** A temporary system takes any free ports and fires no schedules. */
  temporary: boolean;
  /** Tells the user that a service died and is started again. */
  announce: (line: string) => void;
  clock: Clock;
}

/** The services of one home, as one thing. */
export interface System {
  /** URLs, without a slash at the end. */
  orchestrator: string;
  invoker: string;
  /** Resolves with `SERVICE_DIED` when a service keeps dying; otherwise never. */
  failed: Promise<TriadError>;
  stop(): Promise<void>;
}

/**
 * Starts both services at once and waits until both listen. What keeps one of them from starting
 * stops the other again and is thrown: `HOME_IN_USE`, `PORT_IN_USE`, `STATE_CORRUPT` and so on.
 */
export async function bootSystem(options: BootOptions): Promise<System> {
  try {
    return await bootOnce(options);
  } catch (error) {
    const portTaken = error instanceof TriadError && error.code === 'PORT_IN_USE';
    if (!options.temporary || !portTaken) throw error;
    // Someone took the free port between its being found and its being used.
    return bootOnce(options);
  }
}

async function bootOnce({ config, env, temporary, announce, clock }: BootOptions): Promise<System> {
  const { home } = config;
  makeDirectory(home);
  const environment = await serviceEnvironment({ config, env }, { temporary });
  const launches = perService((name) => serviceLaunch(name, config, environment));
  const started = await startBoth(launches, clock);
  const kept = perService((name) =>
    keepAlive({
      service: name,
      logFile: launches[name].logFile,
      first: started[name],
      restart: () => startService(launches[name], clock),
      announce,
      clock,
    }),
  );
  const urls = perService((name) => started[name].url);
  const startedAt = clock.now().toISOString();
  try {
    await writeSystemFile(home, { pid: process.pid, ...urls, startedAt });
  } catch (error) {
    // Nobody could find this system: it must not stay.
    await Promise.all([kept.orchestrator.stop(), kept.invoker.stop()]);
    throw error;
  }
  return {
    ...urls,
    failed: Promise.race([kept.orchestrator.gaveUp, kept.invoker.gaveUp]),
    async stop() {
      await removeSystemFile(home, process.pid);
      await Promise.all([kept.orchestrator.stop(), kept.invoker.stop()]);
    },
  };
}

async function startBoth(
  launches: PerService<ServiceLaunch>,
  clock: Clock,
): Promise<PerService<RunningService>> {
  const [orchestrator, invoker] = await Promise.allSettled([
    startService(launches.orchestrator, clock),
    startService(launches.invoker, clock),
  ]);
  if (orchestrator.status === 'fulfilled' && invoker.status === 'fulfilled') {
    return { orchestrator: orchestrator.value, invoker: invoker.value };
  }
  const results = [orchestrator, invoker];
  const running = results.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : []));
  await Promise.all(running.map((service) => service.stop()));
  // The orchestrator's reason comes first: it alone knows that the home is in use.
  const reasons = results.flatMap((start) => (start.status === 'rejected' ? [start.reason] : []));
  throw reasons[0];
}
