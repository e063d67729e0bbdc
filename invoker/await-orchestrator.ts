import { type Clock, sleep } from '@triad/shared/clock/clock.ts';
import type { Messenger } from '@triad/shared/messenger/messenger.ts';

const PAUSE_MS = 50;

/**
 * Resolves with `true` once the orchestrator answers, which it does only while it holds the lock
 * of the home; with `false` when `signal` aborts first.
 */
export async function awaitOrchestrator(
  messenger: Pick<Messenger, 'check'>,
  clock: Clock,
  signal: AbortSignal,
): Promise<boolean> {
  while (!signal.aborted) {
    try {
      await messenger.check();
      return !signal.aborted;
    } catch {
      await sleep(clock, PAUSE_MS, signal);
    }
  }
  return false;
}
