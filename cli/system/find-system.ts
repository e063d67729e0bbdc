import { type Clock, sleep } from '@triad/shared/clock/clock.ts';
import { isSystemError } from '@triad/shared/errors/system-error.ts';
import { httpRequest, isOk } from '@triad/shared/http/http-request.ts';
import { readSystemFile, type SystemFile } from './system-file.ts';

const ANSWER_LIMIT_MS = 1000;
/** A service that died is back within this time, unless it keeps dying. */
const PATIENCE_MS = 5000;
const PAUSE_MS = 100;

/**
 * The system that runs on `home`, once it answers. `undefined` when there is none: no file, a
 * file that a killed process left behind, or a system that stays silent for 5 s.
 */
export async function findSystem(home: string, clock: Clock): Promise<SystemFile | undefined> {
  const deadline = clock.now().getTime() + PATIENCE_MS;
  do {
    const system = await readSystemFile(home);
    if (!system || !isAlive(system.pid)) return undefined;
    if (await answers(system.orchestrator)) return system;
    await sleep(clock, PAUSE_MS);
  } while (clock.now().getTime() < deadline);
  return undefined;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return isSystemError(error, 'EPERM');
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(ANSWER_LIMIT_MS);
    return isOk(await httpRequest(`${url}/healthz`, { signal }));
  } catch {
    return false;
  }
}
