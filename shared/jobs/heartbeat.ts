import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { CancelTimer, Clock } from '../clock/clock.ts';
import type { StepLimits } from '../contracts/step-limits.ts';
import { isSystemError } from '../errors/system-error.ts';
import type { Logger } from '../log/logger.ts';

/** Between two beats, in milliseconds, unless the step's limit asks for more of them. */
const beatMs = 2000;

/**
 * Gives a sign of life now and every few seconds: writes the empty `file`, whose time of change is
 * the heartbeat. It says that this process's event loop turns; one long computation is a pause.
 */
export function beat(
  file: string,
  limits: StepLimits | undefined,
  { clock, log }: { clock: Clock; log: Logger },
): CancelTimer {
  const limitMs = (limits?.heartbeatSeconds ?? Number.POSITIVE_INFINITY) * 1000;
  const everyMs = Math.min(beatMs, limitMs / 4);
  let cancel: CancelTimer = () => {};
  const once = () => {
    try {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, '');
    } catch (error) {
      log.warn({ err: error }, 'A heartbeat could not be given');
    }
    cancel = clock.setTimer(everyMs, once);
  };
  once();
  return () => cancel();
}

/** When the last sign of life was given; `undefined` when none was. */
export function lastBeat(file: string): Date | undefined {
  try {
    return statSync(file).mtime;
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return undefined;
    throw error;
  }
}
