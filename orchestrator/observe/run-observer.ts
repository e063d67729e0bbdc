import type { CommandKey } from '@triad/shared/contracts/names.ts';
import type { ErrorReport } from '@triad/shared/errors/triad-error.ts';
import type { Logger } from '@triad/shared/log/logger.ts';
import type { RunChange, StoredRun } from '@triad/shared/state/state-store.ts';

/** One look at what an attempt left, which found a manifest or could not look. */
export interface Verification {
  key: CommandKey;
  beganAt: Date;
  endedAt: Date;
  /** Why the attempt is not done, or why nobody knows. */
  error: ErrorReport | null;
}

/** Is told what happened to runs, after it was stored. What it misses is lost to it alone. */
export interface RunObserver {
  /** `happened` comes after the events of `run`. */
  committed?(run: StoredRun, happened: RunChange['events']): void;
  verified?(verification: Verification): void;
}

/** Tells all of them; one that fails keeps neither the others nor the run from going on. */
export function observers(all: readonly RunObserver[], log: Logger): Required<RunObserver> {
  const tell = (how: (observer: RunObserver) => void): void => {
    for (const observer of all) {
      try {
        how(observer);
      } catch (error) {
        log.error({ err: error }, 'what happened to a run could not be observed');
      }
    }
  };
  return {
    committed: (run, happened) => tell((observer) => observer.committed?.(run, happened)),
    verified: (verification) => tell((observer) => observer.verified?.(verification)),
  };
}
