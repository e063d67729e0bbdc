import type { EventEffect } from '@triad/shared/contracts/event-view.ts';
import type {
  EventFilter,
  EventStore,
  NewEvent,
  StoredEvent,
} from '@triad/shared/state/event-store.ts';
import { compare, type MemoryTables } from './memory-tables.ts';

/** `EventStore` in memory. */
export class MemoryEventStore implements EventStore {
  readonly #tables: MemoryTables;

  constructor(tables: MemoryTables) {
    this.#tables = tables;
  }

  async add({ eventId, event, receivedAt }: NewEvent) {
    const { events, eventOfSource, unprocessed } = this.#tables;
    const key = JSON.stringify([event.source, event.id]);
    const known = events.get(eventOfSource.get(key) ?? '');
    if (known) return { stored: known.stored, isNew: false };
    const stored: StoredEvent = {
      eventId,
      event,
      receivedAt,
      attempts: 0,
      processedAt: null,
      effects: [],
    };
    events.set(eventId, { stored, notBefore: 0 });
    unprocessed.add(eventId);
    eventOfSource.set(key, eventId);
    return { stored, isNew: true };
  }

  async get(eventId: string): Promise<StoredEvent | undefined> {
    return this.#tables.events.get(eventId)?.stored;
  }

  async list({ type, source, before, limit }: EventFilter): Promise<StoredEvent[]> {
    return [...this.#tables.events.values()]
      .map(({ stored }) => stored)
      .filter(({ event }) => type === undefined || event.type === type)
      .filter(({ event }) => source === undefined || event.source === source)
      .filter(({ eventId }) => before === undefined || eventId < before)
      .sort((a, b) => compare(b.eventId, a.eventId))
      .slice(0, limit);
  }

  async unprocessed(now: Date, limit: number): Promise<StoredEvent[]> {
    return [...this.#tables.unprocessed]
      .flatMap((eventId) => this.#tables.events.get(eventId) ?? [])
      .filter(({ notBefore }) => notBefore <= now.getTime())
      .map(({ stored }) => stored)
      .sort((a, b) => compare(a.eventId, b.eventId))
      .slice(0, limit);
  }

  async markProcessed(eventId: string, effects: EventEffect[], at: Date): Promise<void> {
    this.#change(eventId, (stored) => ({ ...stored, processedAt: at, effects }), 0);
  }

  async defer(eventId: string, dueAt: Date): Promise<void> {
    const again = (stored: StoredEvent) => ({ ...stored, attempts: stored.attempts + 1 });
    this.#change(eventId, again, dueAt.getTime());
  }

  async unannounced(since: Date | null, limit: number): Promise<string[]> {
    return [...this.#tables.unannounced.values()]
      .filter(({ plan }) => !plan.cause?.startsWith('sense/'))
      .filter(({ finishedAt }) => !since || (finishedAt && finishedAt >= since))
      .sort(
        (a, b) =>
          Number(a.finishedAt) - Number(b.finishedAt) || compare(a.plan.runId, b.plan.runId),
      )
      .slice(0, limit)
      .map(({ plan }) => plan.runId);
  }

  async announce(runId: string, event: NewEvent): Promise<void> {
    if (this.#tables.announced.has(runId)) return;
    this.#tables.announced.add(runId);
    this.#tables.unannounced.delete(runId);
    await this.add(event);
  }

  async runOfCause(cause: string): Promise<string | undefined> {
    return this.#tables.runOfCause.get(cause);
  }

  #change(eventId: string, to: (stored: StoredEvent) => StoredEvent, notBefore: number): void {
    const found = this.#tables.events.get(eventId);
    if (found?.stored.processedAt !== null) return;
    const stored = to(found.stored);
    this.#tables.events.set(eventId, { stored, notBefore });
    if (stored.processedAt !== null) this.#tables.unprocessed.delete(eventId);
  }
}
