import { type Clock, sleep } from '@triad/shared/clock/clock.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import type { RunningService } from './start-service.ts';

export interface KeepAliveOptions {
  service: string;
  logFile: string;
  first: RunningService;
  /** Starts it again, at the same address. */
  restart: () => Promise<RunningService>;
  /** Tells the user what happens. */
  announce: (line: string) => void;
  clock: Clock;
}

export interface KeptService {
  /** Resolves with `SERVICE_DIED` when the service keeps dying; otherwise never. */
  gaveUp: Promise<TriadError>;
  stop(): Promise<void>;
}

const CRASH_LOOP = { deaths: 5, withinMs: 60_000 };
const FIRST_DELAY_MS = 200;

/**
 * Restarts a service whenever it dies, the more slowly the more often it does: after 0.2 s,
 * 0.4 s, 0.8 s. The fifth death within a minute is a crash loop and ends it.
 */
export function keepAlive(options: KeepAliveOptions): KeptService {
  const { service, logFile, restart, announce, clock } = options;
  const stopping = new AbortController();
  const gaveUp = Promise.withResolvers<TriadError>();
  let current = options.first;

  /** Resolves with the end of a service that nobody asked to stop. */
  async function nextDeath(): Promise<string | undefined> {
    const how = await current.ended;
    return stopping.signal.aborted ? undefined : how;
  }

  async function tryRestart(): Promise<string | undefined> {
    try {
      current = await restart();
      // `stop` may have been called while the new process was starting.
      if (stopping.signal.aborted) await current.stop();
      else announce(`The ${service} runs again.`);
      return nextDeath();
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  async function watch(): Promise<void> {
    let deaths: number[] = [];
    for (let how = await nextDeath(); how !== undefined; how = await tryRestart()) {
      const now = clock.now().getTime();
      deaths = [...deaths.filter((at) => at > now - CRASH_LOOP.withinMs), now];
      if (deaths.length >= CRASH_LOOP.deaths) {
        const reason = `it died ${deaths.length} times within a minute, last with ${how}`;
        return gaveUp.resolve(new TriadError('SERVICE_DIED', { service, reason, log: logFile }));
      }
      const delayMs = FIRST_DELAY_MS * 2 ** (deaths.length - 1);
      announce(`The ${service} died (${how}); it is started again in ${delayMs / 1000} s.`);
      await sleep(clock, delayMs, stopping.signal);
      if (stopping.signal.aborted) return;
    }
  }

  const watching = watch();
  return {
    gaveUp: gaveUp.promise,
    async stop() {
      stopping.abort();
      await current.stop();
      await watching;
    },
  };
}
