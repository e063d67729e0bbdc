import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Clock, sleep } from '@triad/shared/clock/clock.ts';
import { errorReport } from '@triad/shared/contracts/error-report.ts';
import { errorFromReport } from '@triad/shared/errors/error-from-report.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import type { ServiceMessage } from '@triad/shared/service/run-service.ts';
import { makeDirectory } from '@triad/shared/state/make-directory.ts';
import { toHomeError } from '@triad/shared/state/state-error.ts';
import { z } from 'zod';
import type { ServiceLaunch } from './services.ts';

export interface RunningService {
  /** Without a slash at the end. */
  url: string;
  /** Resolves when the process has ended, with how, such as `signal SIGKILL`. */
  ended: Promise<string>;
  /** Asks the process to stop, insists 10 s after its drain, and resolves when it has ended. */
  stop(): Promise<void>;
}

const readiness = z.discriminatedUnion('ready', [
  z.object({ ready: z.literal(true), url: z.url() }),
  z.object({ ready: z.literal(false), error: errorReport }),
]) satisfies z.ZodType<ServiceMessage>;

const READY_LIMIT_MS = 30_000;
const STOP_LIMIT_MS = 10_000;

/**
 * Starts a service and waits until it listens. An error that the service reports is thrown with
 * its own code; one that ends or stays silent is `SERVICE_DIED`.
 */
export async function startService(launch: ServiceLaunch, clock: Clock): Promise<RunningService> {
  const child = await spawn(launch);
  const ended = endOf(child);
  const died = (reason: string) =>
    new TriadError('SERVICE_DIED', { service: launch.name, reason, log: launch.logFile });
  const waiting = new AbortController();
  const stopLimitMs = launch.drainSeconds * 1000 + STOP_LIMIT_MS;
  const stop = () => stopProcess(child, ended, clock, stopLimitMs);
  try {
    const url = await Promise.race([
      firstMessage(child),
      ended.then((how) => Promise.reject(died(`${how} before it was ready`))),
      sleep(clock, READY_LIMIT_MS, waiting.signal).then(() =>
        Promise.reject(died(`it was not ready after ${READY_LIMIT_MS / 1000} s`)),
      ),
    ]);
    return { url, ended, stop };
  } catch (error) {
    await stop();
    throw error;
  } finally {
    waiting.abort();
  }
}

/**
 * The process gets a process group of its own, so that Ctrl-C reaches only the command, which
 * then stops its services in order. When the command itself is killed, the channel closes and
 * the service stops by itself.
 */
async function spawn({ entry, environment, logFile }: ServiceLaunch): Promise<ChildProcess> {
  const directory = dirname(logFile);
  makeDirectory(directory);
  const log = await open(logFile, 'a').catch((error) => {
    throw toHomeError(error, directory);
  });
  try {
    return fork(entry, {
      env: environment,
      stdio: ['ignore', log.fd, log.fd, 'ipc'],
      detached: true,
      execArgv: [],
    });
  } finally {
    await log.close();
  }
}

/** `close` comes after the channel has delivered its last message, which `exit` does not promise. */
function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('close', (code, signal) =>
      resolve(signal ? `signal ${signal}` : `exit code ${code}`),
    );
    child.once('error', (error) => resolve(error.message));
  });
}

async function firstMessage(child: ChildProcess): Promise<string> {
  const [message] = await once(child, 'message');
  const answer = readiness.parse(message);
  if (!answer.ready) throw errorFromReport(answer.error);
  return answer.url;
}

async function stopProcess(
  child: ChildProcess,
  ended: Promise<string>,
  clock: Clock,
  limitMs: number,
) {
  child.kill('SIGTERM');
  const insist = clock.setTimer(limitMs, () => child.kill('SIGKILL'));
  await ended;
  insist();
}
