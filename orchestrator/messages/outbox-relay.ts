import { type Clock, sleep } from '@triad/shared/clock/clock.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import type { Logger } from '@triad/shared/log/logger.ts';
import type { Messenger } from '@triad/shared/messenger/messenger.ts';
import type { OutboxMessage, StateStore } from '@triad/shared/state/state-store.ts';

/** How many messages are read at a time. */
const BATCH = 100;
/** For this long no other relay publishes what this one has taken, in milliseconds. */
export const TAKEN_MS = 10_000;
/** Too large, or the data of another message with its id is stored. */
const unsendable: ReadonlySet<string> = new Set(['MESSAGE_TOO_LARGE', 'ARTIFACT_CONFLICT']);
/** How long to wait when the messenger or the state does not answer, in milliseconds. */
const PAUSE_MS = 500;

/**
 * Publishes what transactions left in the outbox: what this process has just committed, and what it
 * finds. A message is marked published after
 * the messenger took it, so a crash in between publishes it twice and never not at all. Of several
 * relays one takes a message; what a dead one had taken is published when it is woken later.
 */
export class OutboxRelay {
  readonly #state: StateStore;
  readonly #messenger: Messenger;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #stopped = new AbortController();
  /** What was committed by this process, which has taken it. */
  #handed: OutboxMessage[] = [];
  #draining: Promise<void> | undefined;
  /** Whether there may be more in the outbox. */
  #mustLook = false;

  constructor(state: StateStore, messenger: Messenger, clock: Clock, log: Logger) {
    this.#state = state;
    this.#messenger = messenger;
    this.#clock = clock;
    this.#log = log;
  }

  /** Publishes what is in the outbox and nobody has taken. */
  wake(): void {
    this.#mustLook = true;
    this.#go();
  }

  /** Publishes what was stored as taken for `TAKEN_MS`. */
  publish(messages: OutboxMessage[]): void {
    this.#handed.push(...messages);
    this.#go();
  }

  /** Publishes what it was handed, if that is possible at once; the rest waits until it is free. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#draining;
    try {
      await this.#publish(this.#handed.splice(0));
    } catch (error) {
      this.#log.error({ err: error }, 'the outbox could not be published; the next relay will');
    }
  }

  #go(): void {
    if (this.#stopped.signal.aborted) return;
    this.#draining ??= this.#drain().finally(() => {
      this.#draining = undefined;
      if (this.#mustLook || this.#handed.length > 0) this.#go();
    });
  }

  async #drain(): Promise<void> {
    let batch: OutboxMessage[] = [];
    while (!this.#stopped.signal.aborted) {
      try {
        if (batch.length === 0) batch = await this.#next();
        if (batch.length === 0) return;
        await this.#publish(batch);
        batch = [];
      } catch (error) {
        this.#mustLook = true;
        this.#log.error({ err: error }, 'the outbox could not be published');
        await sleep(this.#clock, PAUSE_MS, this.#stopped.signal);
      }
    }
  }

  async #next(): Promise<OutboxMessage[]> {
    if (this.#mustLook) {
      this.#mustLook = false;
      const taken = await this.#take();
      this.#mustLook ||= taken.length === BATCH;
      if (taken.length > 0) return taken;
    }
    return this.#handed.splice(0, BATCH);
  }

  async #publish(batch: OutboxMessage[]): Promise<void> {
    if (batch.length === 0) return;
    for (const message of batch) await this.#send(message);
    await this.#state.markPublished(batch.map(({ id }) => id));
  }

  /** A message that cannot be sent now never can be: it must not hold up what comes after it. */
  async #send({ topic, event }: OutboxMessage): Promise<void> {
    try {
      await this.#messenger.publish(topic, event);
    } catch (error) {
      if (!(error instanceof TriadError) || !unsendable.has(error.code)) throw error;
      this.#log.error({ err: error, subject: event.subject }, 'a message is never sent');
    }
  }

  #take(): Promise<OutboxMessage[]> {
    const now = this.#clock.now();
    return this.#state.takeUnpublished(now, new Date(now.getTime() + TAKEN_MS), BATCH);
  }
}
