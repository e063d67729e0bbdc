import type { RunPlan } from '@triad/shared/contracts/run-plan.ts';
import type { RunState } from '@triad/shared/contracts/run-view.ts';
import type { ErrorReport } from '@triad/shared/errors/triad-error.ts';
import type { DeadLetter, Delivery } from '@triad/shared/messenger/message-store.ts';
import type { Backfill, BackfillItem } from '@triad/shared/state/backfill-store.ts';
import type { StoredEvent } from '@triad/shared/state/event-store.ts';
import type {
  CachedStep,
  InFlight,
  OutboxMessage,
  PoolWait,
  RecordedEvent,
} from '@triad/shared/state/state-store.ts';
import type { Pause, PlannedSchedule, Tick } from '@triad/shared/state/tick-ledger.ts';

export interface MemoryRun {
  plan: RunPlan;
  state: RunState;
  finishedAt: Date | null;
  error: ErrorReport | null;
  /** Only ever added to. */
  events: RecordedEvent[];
}

/**
 * What a database holds, as objects that nobody changes but by putting others in their place: the
 * memory adapters of the state's ports work on one of these as the Kysely ones do on one database.
 */
export class MemoryTables {
  readonly runs = new Map<string, MemoryRun>();
  /** Those of `runs` that have not finished. */
  readonly unfinished = new Map<string, MemoryRun>();
  readonly runOfCause = new Map<string, string>();
  readonly inFlight = new Map<string, InFlight>();
  /** By run. */
  readonly waits = new Map<string, PoolWait[]>();
  readonly cache = new Map<string, CachedStep>();
  readonly ticks = new Map<string, Tick>();
  /** Those of `ticks` that neither fired nor were skipped. */
  readonly expected = new Map<string, Tick>();
  /** Of each pipeline, those of `ticks` that made a run. */
  readonly fired = new Map<string, Tick[]>();
  readonly schedules = new Map<string, PlannedSchedule>();
  readonly pauses = new Map<string, Pause>();
  readonly backfills = new Map<string, Backfill>();
  /** By backfill. */
  readonly backfillItems = new Map<string, (BackfillItem & { error: ErrorReport | null })[]>();
  readonly outbox = new Map<string, { message: OutboxMessage; takenUntil: number }>();
  /** How many runs were admitted. */
  admissions = 0;
  readonly deliveries = new Map<string, { delivery: Delivery; dueAt: number }>();
  readonly deadLetters = new Map<string, DeadLetter>();
  readonly events = new Map<string, { stored: StoredEvent; notBefore: number }>();
  /** Those of `events` that have not been processed, by their ids. */
  readonly unprocessed = new Set<string>();
  readonly eventOfSource = new Map<string, string>();
  /** Runs that succeeded and whose success became an event, or not yet. */
  readonly announced = new Set<string>();
  readonly unannounced = new Map<string, MemoryRun>();

  putTick(tick: Tick): void {
    const key = tickName(tick);
    this.ticks.set(key, tick);
    if (tick.state === 'expected') this.expected.set(key, tick);
    else this.expected.delete(key);
    if (tick.state !== 'fired') return;
    const fired = this.fired.get(tick.pipeline) ?? [];
    this.fired.set(tick.pipeline, [...fired, tick].sort(byOccurrence));
  }

  deleteTick(tick: Pick<Tick, 'pipeline' | 'occurrence'>): void {
    this.ticks.delete(tickName(tick));
    this.expected.delete(tickName(tick));
  }
}

export const tickName = ({ pipeline, occurrence }: Pick<Tick, 'pipeline' | 'occurrence'>) =>
  `${pipeline}/${occurrence.getTime()}`;

export const byOccurrence = (a: Tick, b: Tick): number =>
  a.occurrence.getTime() - b.occurrence.getTime() || compare(a.pipeline, b.pipeline);

export const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** What a primary key does. */
export function refuseTwice(table: ReadonlyMap<string, unknown>, key: string): void {
  if (table.has(key)) throw new Error(`there is a row ${key} already`);
}
