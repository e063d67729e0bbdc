import type {
  Pause,
  PlannedSchedule,
  Tick,
  TickFilter,
  TickKey,
  TickLedger,
  TickPlan,
} from '@triad/shared/state/tick-ledger.ts';
import { byOccurrence, compare, type MemoryTables, tickName } from './memory-tables.ts';

/** `TickLedger` in memory. */
export class MemoryTickLedger implements TickLedger {
  readonly #tables: MemoryTables;

  constructor(tables: MemoryTables) {
    this.#tables = tables;
  }

  async planned(pipeline?: string): Promise<PlannedSchedule[]> {
    return [...this.#tables.schedules.values()]
      .filter((row) => pipeline === undefined || row.pipeline === pipeline)
      .sort((a, b) => compare(a.pipeline, b.pipeline));
  }

  async expected(pipeline?: string): Promise<Tick[]> {
    return [...this.#tables.expected.values()]
      .filter((tick) => pipeline === undefined || tick.pipeline === pipeline)
      .sort(byOccurrence);
  }

  /** Compare-and-set: of two schedulers that plan from the same state, one changes the ledger. */
  async plan({ seen, next, withdrawn, dropped, expected }: TickPlan): Promise<boolean> {
    const { schedules, ticks } = this.#tables;
    const row = schedules.get(next.pipeline);
    const isAsSeen =
      seen === null
        ? row === undefined
        : row?.fingerprint === seen.fingerprint && +row.through === +seen.through;
    if (!isAsSeen) return false;
    schedules.set(next.pipeline, next);
    for (const tick of this.#expectedOf(next.pipeline, withdrawn)) this.#tables.deleteTick(tick);
    this.#skip(this.#expectedOf(next.pipeline, dropped.occurrences), dropped.reason);
    for (const tick of expected) {
      if (ticks.has(tickName(tick))) continue;
      this.#tables.putTick({ ...tick, state: 'expected', reason: null, runId: null });
    }
    return true;
  }

  async forget(pipeline: string, now: Date, reason: string): Promise<void> {
    this.#tables.schedules.delete(pipeline);
    for (const tick of await this.expected(pipeline)) {
      if (tick.dueAt > now) this.#tables.deleteTick(tick);
      else this.#skip([tick], reason);
    }
  }

  async due(now: Date): Promise<Tick[]> {
    const until = now.getTime();
    const due: Tick[] = [];
    for (const tick of this.#tables.expected.values()) {
      if (tick.dueAt.getTime() <= until) due.push(tick);
    }
    return due.sort(byDue);
  }

  async nextDue(now: Date): Promise<Date | undefined> {
    const after = now.getTime();
    let first = Infinity;
    for (const { dueAt } of this.#tables.expected.values()) {
      const at = dueAt.getTime();
      if (at > after && at < first) first = at;
    }
    return first === Infinity ? undefined : new Date(first);
  }

  async skip(pipeline: string, occurrences: Date[], reason: string): Promise<void> {
    this.#skip(this.#expectedOf(pipeline, occurrences), reason);
  }

  async unfinishedBefore({ pipeline, occurrence }: TickKey) {
    return (this.#tables.fired.get(pipeline) ?? [])
      .filter((tick) => tick.occurrence < occurrence)
      .flatMap((tick) => this.#tables.unfinished.get(tick.runId ?? '') ?? [])
      .map(({ plan, state }) => ({ runId: plan.runId, state }));
  }

  async list({ pipeline, state, before, limit }: TickFilter): Promise<Tick[]> {
    return [...this.#tables.ticks.values()]
      .filter((tick) => pipeline === undefined || tick.pipeline === pipeline)
      .filter((tick) => state === undefined || tick.state === state)
      .filter((tick) => before === undefined || isAfter(tick, before))
      .sort((a, b) => +b.occurrence - +a.occurrence || compare(a.pipeline, b.pipeline))
      .slice(0, limit);
  }

  async pause(pause: Pause): Promise<boolean> {
    const { pauses } = this.#tables;
    if (pauses.has(pause.pipeline)) return false;
    pauses.set(pause.pipeline, pause);
    return true;
  }

  async resume(pipeline: string, now: Date): Promise<boolean> {
    if (!this.#tables.pauses.delete(pipeline)) return false;
    const due = (await this.due(now)).filter((tick) => tick.pipeline === pipeline);
    this.#skip(due, 'paused');
    return true;
  }

  async pauses(): Promise<Pause[]> {
    return [...this.#tables.pauses.values()].sort((a, b) => compare(a.pipeline, b.pipeline));
  }

  #expectedOf(pipeline: string, occurrences: Date[]): Tick[] {
    return occurrences.flatMap(
      (occurrence) => this.#tables.expected.get(tickName({ pipeline, occurrence })) ?? [],
    );
  }

  #skip(ticks: Tick[], reason: string): void {
    for (const tick of ticks) this.#tables.putTick({ ...tick, state: 'skipped', reason });
  }
}

const isAfter = (tick: Tick, { occurrence, pipeline }: NonNullable<TickFilter['before']>) =>
  tick.occurrence < occurrence ||
  (+tick.occurrence === +occurrence && pipeline !== undefined && tick.pipeline > pipeline);

const byDue = (a: Tick, b: Tick): number =>
  a.dueAt.getTime() - b.dueAt.getTime() || compare(a.pipeline, b.pipeline);
