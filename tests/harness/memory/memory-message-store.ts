import type { DeadLetter, Delivery, MessageStore } from '@triad/shared/messenger/message-store.ts';
import { compare, type MemoryTables, refuseTwice } from './memory-tables.ts';

/** `MessageStore` in memory. */
export class MemoryMessageStore implements MessageStore {
  readonly #tables: MemoryTables;

  constructor(tables: MemoryTables) {
    this.#tables = tables;
  }

  async addDeliveries(deliveries: Delivery[], dueAt: Date): Promise<void> {
    for (const delivery of deliveries) {
      if (this.#tables.deliveries.has(delivery.id)) continue;
      this.#tables.deliveries.set(delivery.id, { delivery, dueAt: dueAt.getTime() });
    }
  }

  async takeDue(now: Date, until: Date, limit: number): Promise<Delivery[]> {
    const due = [...this.#tables.deliveries.values()]
      .filter(({ dueAt }) => dueAt <= now.getTime())
      .sort((a, b) => a.dueAt - b.dueAt || compare(a.delivery.id, b.delivery.id))
      .slice(0, limit)
      .map(({ delivery }) => delivery);
    for (const delivery of due) {
      this.#tables.deliveries.set(delivery.id, { delivery, dueAt: until.getTime() });
    }
    return due;
  }

  async nextDue(now: Date): Promise<Date | undefined> {
    let first = Infinity;
    for (const { dueAt } of this.#tables.deliveries.values()) {
      if (dueAt > now.getTime() && dueAt < first) first = dueAt;
    }
    return first === Infinity ? undefined : new Date(first);
  }

  async acknowledge(deliveryId: string): Promise<void> {
    this.#tables.deliveries.delete(deliveryId);
  }

  async reschedule(deliveryId: string, attempts: number, dueAt: Date): Promise<void> {
    const found = this.#tables.deliveries.get(deliveryId);
    if (!found) return;
    const delivery = { ...found.delivery, attempts };
    this.#tables.deliveries.set(deliveryId, { delivery, dueAt: dueAt.getTime() });
  }

  async bury(deliveryId: string, letter: DeadLetter): Promise<void> {
    refuseTwice(this.#tables.deadLetters, letter.id);
    await this.addDeadLetter(letter);
    this.#tables.deliveries.delete(deliveryId);
  }

  async addDeadLetter(letter: DeadLetter): Promise<void> {
    if (!this.#tables.deadLetters.has(letter.id)) this.#tables.deadLetters.set(letter.id, letter);
  }

  async deadLetters(limit: number, before?: string): Promise<DeadLetter[]> {
    return [...this.#tables.deadLetters.values()]
      .filter(({ id }) => before === undefined || id < before)
      .sort((a, b) => compare(b.id, a.id))
      .slice(0, limit);
  }

  async getDeadLetter(letterId: string): Promise<DeadLetter | undefined> {
    return this.#tables.deadLetters.get(letterId);
  }

  async replay(letterId: string, deliveries: Delivery[], dueAt: Date): Promise<boolean> {
    if (!this.#tables.deadLetters.has(letterId)) return false;
    for (const { id } of deliveries) refuseTwice(this.#tables.deliveries, id);
    this.#tables.deadLetters.delete(letterId);
    await this.addDeliveries(deliveries, dueAt);
    return true;
  }
}
