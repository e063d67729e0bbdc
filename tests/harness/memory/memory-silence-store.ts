import type { Silence, SilenceStore } from '@triad/shared/state/silence-store.ts';
import { compare, refuseTwice } from './memory-tables.ts';

/** `SilenceStore` in memory. */
export class MemorySilenceStore implements SilenceStore {
  readonly #silences = new Map<string, Silence>();

  async addSilence(silence: Silence): Promise<void> {
    refuseTwice(this.#silences, silence.id);
    this.#silences.set(silence.id, silence);
  }

  async activeSilences(now: Date): Promise<Silence[]> {
    return [...this.#silences.values()]
      .filter(({ until, endedAt }) => until > now && endedAt === null)
      .sort((a, b) => compare(a.id, b.id));
  }

  async listSilences(limit: number): Promise<Silence[]> {
    return [...this.#silences.values()].sort((a, b) => compare(b.id, a.id)).slice(0, limit);
  }

  async getSilence(id: string): Promise<Silence | undefined> {
    return this.#silences.get(id);
  }

  async endSilence(id: string, at: Date): Promise<void> {
    const found = this.#silences.get(id);
    if (found && found.endedAt === null) this.#silences.set(id, { ...found, endedAt: at });
  }
}
