import { isSystemError } from '../errors/system-error.ts';
import type { Logger } from '../log/logger.ts';

/**
 * Signals processes. One that has just ended needs none; one that belongs to another user cannot
 * be signalled, which must not keep the others alive. It is logged once and added to `refused`.
 */
export function sendSignal(
  pids: Iterable<number>,
  signal: NodeJS.Signals,
  { refused, log }: { refused: Set<number>; log: Logger },
): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      if (isSystemError(error, 'ESRCH')) continue;
      if (refused.has(pid)) continue;
      refused.add(pid);
      log.error({ pid, signal, err: error }, 'A process of a job cannot be signalled');
    }
  }
}
