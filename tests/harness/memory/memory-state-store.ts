import type { RunPlan } from '@triad/shared/contracts/run-plan.ts';
import type {
  ActiveCount,
  CachedStep,
  InFlight,
  OutboxMessage,
  PoolWait,
  QueuedFilter,
  RunChange,
  RunFilter,
  RunRow,
  StateStore,
  StoredRun,
} from '@triad/shared/state/state-store.ts';
import type { TickKey } from '@triad/shared/state/tick-ledger.ts';
import {
  compare,
  type MemoryRun,
  type MemoryTables,
  refuseTwice,
  tickName,
} from './memory-tables.ts';

/** `StateStore` in memory, as fast as a simulation needs it. */
export class MemoryStateStore implements StateStore {
  readonly #tables: MemoryTables;
  #isClosed = false;

  constructor(tables: MemoryTables) {
    this.#tables = tables;
  }

  async createRun(plan: RunPlan, tick?: TickKey): Promise<boolean> {
    const { runs, runOfCause, expected, unfinished } = this.#tables;
    refuseTwice(runs, plan.runId);
    if (plan.cause !== null && runOfCause.has(plan.cause)) return false;
    if (tick) {
      const found = expected.get(tickName(tick));
      if (!found) return false;
      this.#tables.putTick({ ...found, state: 'fired', runId: plan.runId });
    }
    const state = plan.queued ? ('queued' as const) : ('running' as const);
    const run: MemoryRun = { plan, state, finishedAt: null, error: null, events: [] };
    runs.set(plan.runId, run);
    unfinished.set(plan.runId, run);
    if (plan.cause !== null) runOfCause.set(plan.cause, plan.runId);
    return true;
  }

  async applyChange(runId: string, seenEvents: number, change: RunChange): Promise<boolean> {
    const { runs, inFlight, waits, cache, outbox, unfinished } = this.#tables;
    const { announced, unannounced } = this.#tables;
    const run = runs.get(runId);
    if (!run) throw new Error(`there is no run ${runId}`);
    if (run.events.length !== seenEvents || !this.#slotsAreFree(change)) return false;
    if (change.admission !== undefined && change.admission !== this.#tables.admissions)
      return false;
    for (const { id } of change.outbox) refuseTwice(outbox, id);
    for (const { commandId } of change.dispatched) refuseTwice(inFlight, commandId);

    for (const commandId of change.ended) inFlight.delete(commandId);
    for (const entry of change.dispatched) inFlight.set(entry.commandId, entry);
    const { priority } = run.plan;
    if (change.waits.length === 0) waits.delete(runId);
    else
      waits.set(
        runId,
        change.waits.map((pool) => ({ pool, runId, priority })),
      );
    for (const entry of change.cached) cache.set(entry.key, entry);
    for (const { at, event } of change.events) {
      run.events.push({ seq: run.events.length + 1, at, event });
    }
    const { state, finishedAt, error } = change;
    Object.assign(run, { state, finishedAt, error });
    if (isUnfinished(run)) unfinished.set(runId, run);
    else unfinished.delete(runId);
    if (state === 'succeeded' && !announced.has(runId)) unannounced.set(runId, run);
    else unannounced.delete(runId);
    const takenUntil = change.takenUntil?.getTime() ?? 0;
    for (const message of change.outbox) outbox.set(message.id, { message, takenUntil });
    if (change.admission !== undefined) this.#tables.admissions += 1;
    return true;
  }

  /** Those that the change's own ended attempts held are free. */
  #slotsAreFree({ dispatched, ended }: RunChange): boolean {
    const wanted = dispatched.flatMap(({ slots }) => slots).map(slotName);
    if (wanted.length === 0) return true;
    const taken = new Set<string>();
    for (const { commandId, slots } of this.#tables.inFlight.values()) {
      if (!ended.includes(commandId)) for (const slot of slots) taken.add(slotName(slot));
    }
    return new Set(wanted).size === wanted.length && wanted.every((slot) => !taken.has(slot));
  }

  async getRun(runId: string): Promise<StoredRun | undefined> {
    const run = this.#tables.runs.get(runId);
    return run && { plan: run.plan, events: run.events.slice() };
  }

  async runOfCause(cause: string): Promise<string | undefined> {
    return this.#tables.runOfCause.get(cause);
  }

  async listRuns(filter: RunFilter): Promise<RunRow[]> {
    return [...this.#tables.runs.values()]
      .map(rowOf)
      .filter((row) => matches(row, filter))
      .sort((a, b) => compare(b.runId, a.runId))
      .slice(0, filter.limit);
  }

  async activeRuns(): Promise<string[]> {
    return this.#inState((run) => run.state !== 'queued').map(({ plan }) => plan.runId);
  }

  async nextQueued(held: QueuedFilter[]): Promise<RunPlan | undefined> {
    return this.#inState(
      ({ state, plan }) =>
        state === 'queued' &&
        !held.some(
          ({ pipeline, trigger }) =>
            pipeline === plan.pipeline.name && (trigger === undefined || trigger === plan.trigger),
        ),
    )[0]?.plan;
  }

  /** Unfinished runs in the order in which they are served. */
  #inState(matches: (run: MemoryRun) => boolean): MemoryRun[] {
    return [...this.#tables.unfinished.values()].filter(matches).sort(byPlace);
  }

  async activeCounts(): Promise<ActiveCount[]> {
    const counts = new Map<string, ActiveCount>();
    for (const { plan, state } of this.#tables.unfinished.values()) {
      if (state === 'queued') continue;
      const { trigger, pipeline } = plan;
      const key = `${pipeline.name}/${trigger}`;
      const found = counts.get(key);
      if (found) found.count += 1;
      else counts.set(key, { pipeline: pipeline.name, trigger, count: 1 });
    }
    return [...counts.values()];
  }

  async previousTickRun(pipeline: string, occurrence: Date): Promise<RunRow | undefined> {
    const tick = this.#tables.fired
      .get(pipeline)
      ?.findLast((candidate) => candidate.occurrence < occurrence);
    const run = this.#tables.runs.get(tick?.runId ?? '');
    return run && rowOf(run);
  }

  async inFlight(): Promise<InFlight[]> {
    return [...this.#tables.inFlight.values()].sort((a, b) => compare(a.commandId, b.commandId));
  }

  async poolWaits(): Promise<PoolWait[]> {
    return [...this.#tables.waits.values()]
      .flat()
      .sort(
        (a, b) => b.priority - a.priority || compare(a.runId, b.runId) || compare(a.pool, b.pool),
      );
  }

  async cachedStep(key: string): Promise<CachedStep | undefined> {
    return this.#tables.cache.get(key);
  }

  async admissionRevision(): Promise<number> {
    return this.#tables.admissions;
  }

  async unpublished(limit: number): Promise<OutboxMessage[]> {
    const messages = [...this.#tables.outbox.values()].map(({ message }) => message);
    return messages.sort((a, b) => compare(a.id, b.id)).slice(0, limit);
  }

  async takeUnpublished(now: Date, until: Date, limit: number): Promise<OutboxMessage[]> {
    const free = [...this.#tables.outbox.values()]
      .filter(({ takenUntil }) => takenUntil <= now.getTime())
      .map(({ message }) => message)
      .sort((a, b) => compare(a.id, b.id))
      .slice(0, limit);
    for (const message of free) {
      this.#tables.outbox.set(message.id, { message, takenUntil: until.getTime() });
    }
    return free;
  }

  async enqueue(message: OutboxMessage): Promise<void> {
    refuseTwice(this.#tables.outbox, message.id);
    this.#tables.outbox.set(message.id, { message, takenUntil: 0 });
  }

  async markPublished(ids: string[]): Promise<void> {
    for (const id of ids) this.#tables.outbox.delete(id);
  }

  async check(): Promise<void> {
    if (this.#isClosed) throw new Error('the store is closed');
  }

  async close(): Promise<void> {
    this.#isClosed = true;
  }
}

function matches(row: RunRow, filter: RunFilter): boolean {
  const { pipeline, state, trigger, runDateFrom, runDateTo, createdFrom, createdTo } = filter;
  const text = filter.text?.toLowerCase();
  const found = [row.runId, row.error?.code ?? ''].map((part) => part.toLowerCase());
  return (
    (pipeline === undefined || row.pipeline === pipeline) &&
    (state === undefined || row.state === state) &&
    (trigger === undefined
      ? pipeline !== undefined || row.trigger !== 'look'
      : row.trigger === trigger) &&
    (runDateFrom === undefined || row.runDate >= runDateFrom) &&
    (runDateTo === undefined || row.runDate <= runDateTo) &&
    (createdFrom === undefined || row.createdAt >= createdFrom) &&
    (createdTo === undefined || row.createdAt < createdTo) &&
    (text === undefined || found.some((part) => part.includes(text))) &&
    (filter.before === undefined || row.runId < filter.before)
  );
}

const slotName = ({ pool, slot }: { pool: string; slot: number }) => `${pool}/${slot}`;

const isUnfinished = ({ state }: MemoryRun): boolean =>
  state === 'queued' || state === 'running' || state === 'cancelling';

const byPlace = (a: MemoryRun, b: MemoryRun): number =>
  b.plan.priority - a.plan.priority || compare(a.plan.runId, b.plan.runId);

export const rowOf = ({ plan, state, finishedAt, error }: MemoryRun): RunRow => ({
  runId: plan.runId,
  pipeline: plan.pipeline.name,
  runDate: plan.runDate,
  state,
  trigger: plan.trigger,
  priority: plan.priority,
  createdAt: plan.createdAt,
  finishedAt,
  error,
});
