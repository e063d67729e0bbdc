import type { ErrorReport } from '@triad/shared/errors/triad-error.ts';
import type {
  CursorSwap,
  SensorCursor,
  SensorKey,
  SensorStore,
} from '@triad/shared/state/sensor-store.ts';
import { compare } from './memory-tables.ts';

/** `SensorStore` in memory. */
export class MemorySensorStore implements SensorStore {
  readonly #cursors = new Map<string, SensorCursor>();

  async expect(key: SensorKey, now: Date): Promise<SensorCursor> {
    const cursor = this.#cursors.get(nameOf(key)) ?? newCursor(key, now);
    this.#cursors.set(nameOf(key), cursor);
    return cursor;
  }

  async list(): Promise<SensorCursor[]> {
    return [...this.#cursors.values()].sort(
      (a, b) => compare(a.pipeline, b.pipeline) || compare(a.sensor, b.sensor),
    );
  }

  async claimLook(seen: SensorCursor, nextLookAt: Date): Promise<SensorCursor | undefined> {
    const found = this.#cursors.get(nameOf(seen));
    if (found?.looks !== seen.looks) return undefined;
    return this.#put({ ...found, nextLookAt, looks: seen.looks + 1 });
  }

  async swap(key: SensorKey, generation: number, swap: CursorSwap): Promise<boolean> {
    const found = this.#of(key, generation);
    if (!found || found.pending) return false;
    const { at, ...seen } = swap;
    const times = { checkedAt: at, changedAt: at };
    const previous = found.value;
    this.#put({ ...found, ...seen, ...times, ...noTrouble, generation: generation + 1, previous });
    return true;
  }

  async settle(key: SensorKey, generation: number, runId: string): Promise<void> {
    const found = this.#of(key, generation);
    if (found) this.#put({ ...found, pending: false, runId, failures: 0, error: null });
  }

  async skip(key: SensorKey, generation: number, at: Date): Promise<void> {
    const found = this.#of(key, generation);
    if (found) this.#put({ ...found, ...noTrouble, checkedAt: at, skips: found.skips + 1 });
  }

  async fail(key: SensorKey, error: ErrorReport, at: Date, nextLookAt: Date): Promise<void> {
    const found = this.#cursors.get(nameOf(key));
    const failures = (found?.failures ?? 0) + 1;
    if (found) this.#put({ ...found, checkedAt: at, nextLookAt, failures, error });
  }

  #of(key: SensorKey, generation: number): SensorCursor | undefined {
    const found = this.#cursors.get(nameOf(key));
    return found?.generation === generation ? found : undefined;
  }

  #put(cursor: SensorCursor): SensorCursor {
    this.#cursors.set(nameOf(cursor), cursor);
    return cursor;
  }
}

const nameOf = ({ pipeline, sensor }: SensorKey) => `${pipeline}/${sensor}`;

const noTrouble = { skips: 0, failures: 0, error: null };

const newCursor = ({ pipeline, sensor }: SensorKey, now: Date): SensorCursor => ({
  pipeline,
  sensor,
  generation: 0,
  value: null,
  previous: null,
  summary: '',
  pending: false,
  runId: null,
  looks: 0,
  checkedAt: null,
  changedAt: null,
  nextLookAt: now,
  ...noTrouble,
});
