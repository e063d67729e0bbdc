import type { Clock } from '@triad/shared/clock/clock.ts';
import type { Ids } from '@triad/shared/ids/ids.ts';
import type { EventStore } from '@triad/shared/state/event-store.ts';
import type { StateStore } from '@triad/shared/state/state-store.ts';
import { runViewOf } from '../run/run-view-of.ts';
import { runSucceeded } from './run-succeeded.ts';

export interface AnnounceOptions {
  state: Pick<StateStore, 'getRun'>;
  events: EventStore;
  clock: Clock;
  ids: Ids;
}

/** How many runs are read at a time. */
const BATCH = 100;
/** By how much clocks of orchestrators may differ, and how long a commit may take, in milliseconds. */
const MARGIN_MS = 3_600_000;

/**
 * Makes an event of each run that succeeded. Which those are is read from the runs themselves, so
 * a process that dies between a run's end and its event loses nothing.
 */
export class RunAnnouncer {
  readonly #options: AnnounceOptions;
  /** When all runs had been announced; null until this process has looked at all there are. */
  #doneAt: Date | null = null;

  constructor(options: AnnounceOptions) {
    this.#options = options;
  }

  async announce(): Promise<void> {
    const { state, events, clock, ids } = this.#options;
    const startedAt = clock.now();
    const since = this.#doneAt && new Date(this.#doneAt.getTime() - MARGIN_MS);
    for (;;) {
      const runIds = await events.unannounced(since, BATCH);
      for (const runId of runIds) {
        const run = await state.getRun(runId);
        if (!run) throw new Error(`run ${runId} vanished`);
        const event = runSucceeded(runViewOf(run, clock.now()));
        await events.announce(runId, { eventId: ids.next(), event, receivedAt: clock.now() });
      }
      if (runIds.length < BATCH) break;
    }
    this.#doneAt = startedAt;
  }
}
