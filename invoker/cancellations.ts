import type { ArtifactStore } from '@triad/shared/artifacts/artifact-store.ts';
import type { Clock } from '@triad/shared/clock/clock.ts';

const cancelledPath = (commandId: string) => `commands/${commandId}/cancelled.json`;

/** The commands that must not start any more: messages may come in any order. */
export class Cancellations {
  readonly #artifacts: ArtifactStore;
  readonly #clock: Clock;

  constructor(artifacts: ArtifactStore, clock: Clock) {
    this.#artifacts = artifacts;
    this.#clock = clock;
  }

  async remember(commandId: string): Promise<void> {
    const body = JSON.stringify({ cancelledAt: this.#clock.now().toISOString() });
    await this.#artifacts.put(cancelledPath(commandId), body);
  }

  async has(commandId: string): Promise<boolean> {
    return (await this.#artifacts.stat(cancelledPath(commandId))) !== undefined;
  }
}
