import { type Clock, sleep } from '@triad/shared/clock/clock.ts';
import type { Logger } from '@triad/shared/log/logger.ts';
import type { Messenger } from '@triad/shared/messenger/messenger.ts';
import type { StateStore } from '@triad/shared/state/state-store.ts';

/** How many messages are read at a time. */
const BATCH = 100;
/** How long to wait when the messenger or the state does not answer, in milliseconds. */
const PAUSE_MS = 500;

/**
 * Publishes what transactions left in the outbox, in order. A message is marked published after
 * the messenger took it, so a crash in between publishes it twice and never not at all.
 */
export class OutboxRelay {
  readonly #state: StateStore;
  readonly #messenger: Messenger;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #stopped = new AbortController();
  #draining: Promise<void> | undefined;
  #again = false;

  constructor(state: StateStore, messenger: Messenger, clock: Clock, log: Logger) {
    this.#state = state;
    this.#messenger = messenger;
    this.#clock = clock;
    this.#log = log;
  }

  /** Publishes what there is; called again meanwhile, it looks once more. */
  wake(): void {
    if (this.#stopped.signal.aborted) return;
    if (this.#draining) {
      this.#again = true;
      return;
    }
    this.#draining = this.#drain().finally(() => {
      this.#draining = undefined;
      if (!this.#again) return;
      this.#again = false;
      this.wake();
    });
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#draining;
  }

  async #drain(): Promise<void> {
    while (!this.#stopped.signal.aborted) {
      try {
        const messages = await this.#state.unpublished(BATCH);
        if (messages.length === 0) return;
        for (const { topic, event } of messages) await this.#messenger.publish(topic, event);
        await this.#state.markPublished(messages.map(({ id }) => id));
      } catch (error) {
        this.#log.error({ err: error }, 'the outbox could not be published');
        await sleep(this.#clock, PAUSE_MS, this.#stopped.signal);
      }
    }
  }
}
