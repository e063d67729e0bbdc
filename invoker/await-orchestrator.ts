import { type Clock, sleep } from '@triad/shared/clock/clock.ts';
import type { Messenger } from '@triad/shared/messenger/messenger.ts';

/** The first pause; the next ones are twice as long each, up to the longest. */
const PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 2000;

/**
 * Resolves with `true` once the orchestrator answers, which it does only while it holds the lock
 * of the home; with `false` when `signal` aborts first.
 */
export async function awaitOrchestrator(
  messenger: Pick<Messenger, 'check'>,
  clock: Clock,
  signal: AbortSignal,
): Promise<boolean> {
  for (let pauseMs = PAUSE_MS; !signal.aborted; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    try {
      await messenger.check();
      return !signal.aborted;
    } catch {
      await sleep(clock, pauseMs, signal);
    }
  }
  return false;
}
