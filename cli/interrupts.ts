import type { Clock } from '@triad/shared/clock/clock.ts';
import { cliExitCode } from '@triad/shared/errors/exit-code.ts';

/**
 * One Ctrl-C can arrive twice: from the terminal, which signals every process in front, and from
 * `npm run`, which passes on its own. Signals this close together are the same one.
 */
const SAME_SIGNAL_MS = 400;

const signals = ['SIGINT', 'SIGTERM'] as const;

/**
 * Calls `onFirst` on the first Ctrl-C or SIGTERM; the next one ends the process at once.
 *
 * @returns gives the signals their usual effect again
 */
export function onInterrupt(clock: Clock, onFirst: () => void): () => void {
  let first: number | undefined;
  const listener = () => {
    const now = clock.now().getTime();
    if (first === undefined) {
      first = now;
      onFirst();
    } else if (now - first > SAME_SIGNAL_MS) {
      process.exit(cliExitCode.failed);
    }
  };
  for (const signal of signals) process.on(signal, listener);
  return () => {
    for (const signal of signals) process.off(signal, listener);
  };
}
