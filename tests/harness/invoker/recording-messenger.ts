import type { CloudEvent } from '@triad/shared/contracts/cloud-event.ts';
import { type Outcome, parseOutcome } from '@triad/shared/contracts/outcome.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import type { DeadLetterReason, Messenger } from '@triad/shared/messenger/messenger.ts';

/** A messenger that keeps what it was given, or is down. */
export class RecordingMessenger implements Messenger {
  readonly published: { topic: string; event: CloudEvent }[] = [];
  readonly deadLetters: { id: string; data: string; from: string; reason: DeadLetterReason }[] = [];
  /** Attempts to publish, also those that failed. */
  attempts = 0;
  isDown = false;
  hangs = false;

  get outcomes(): Outcome[] {
    return this.published.map(({ event }) => parseOutcome(event.data));
  }

  async publish(topic: string, event: CloudEvent): Promise<void> {
    this.attempts += 1;
    this.#answer();
    this.published.push({ topic, event });
  }

  async deadLetter(
    message: { id: string; data: string },
    from: string,
    reason: DeadLetterReason,
  ): Promise<void> {
    this.#answer();
    this.deadLetters.push({ ...message, from, reason });
  }

  async check(): Promise<void> {
    if (this.hangs) await new Promise(() => {});
    this.#answer();
  }

  #answer(): void {
    if (!this.isDown) return;
    throw new TriadError('SERVICE_UNREACHABLE', {
      service: 'messenger',
      url: 'http://messenger',
      reason: 'ECONNREFUSED',
    });
  }
}
