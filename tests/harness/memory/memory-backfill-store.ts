import type { BackfillProgress, BackfillState } from '@triad/shared/contracts/backfill.ts';
import type { ErrorReport } from '@triad/shared/errors/triad-error.ts';
import type {
  Backfill,
  BackfillFilter,
  BackfillItem,
  BackfillItemStatus,
  BackfillStore,
  DatedRun,
} from '@triad/shared/state/backfill-store.ts';
import { compare, type MemoryRun, type MemoryTables, refuseTwice } from './memory-tables.ts';

/** `BackfillStore` in memory. */
export class MemoryBackfillStore implements BackfillStore {
  readonly #tables: MemoryTables;

  constructor(tables: MemoryTables) {
    this.#tables = tables;
  }

  async create(backfill: Backfill, items: BackfillItem[]): Promise<void> {
    refuseTwice(this.#tables.backfills, backfill.id);
    this.#tables.backfills.set(backfill.id, backfill);
    this.#tables.backfillItems.set(
      backfill.id,
      items.map((item) => ({ ...item, error: null })),
    );
  }

  async get(id: string): Promise<Backfill | undefined> {
    return this.#tables.backfills.get(id);
  }

  async items(id: string): Promise<BackfillItemStatus[]> {
    return (this.#tables.backfillItems.get(id) ?? []).map((item) => {
      const run = this.#runOf(item);
      return { ...item, run: run ? { runId: run.plan.runId, state: run.state } : null };
    });
  }

  async progress(id: string): Promise<BackfillProgress> {
    const progress = { waiting: 0, active: 0, succeeded: 0, failed: 0, cancelled: 0, refused: 0 };
    for (const { run, error } of await this.items(id)) progress[phaseOf(run?.state, error)] += 1;
    return progress;
  }

  async list({ pipeline, before, limit }: BackfillFilter): Promise<Backfill[]> {
    return [...this.#tables.backfills.values()]
      .filter((backfill) => pipeline === undefined || backfill.pipeline === pipeline)
      .filter(({ id }) => before === undefined || id < before)
      .sort((a, b) => compare(b.id, a.id))
      .slice(0, limit);
  }

  async unfinished(): Promise<Backfill[]> {
    return [...this.#tables.backfills.values()]
      .filter(({ state }) => state === 'running' || state === 'cancelling')
      .sort((a, b) => compare(a.id, b.id));
  }

  async next(id: string, limit: number): Promise<BackfillItem[]> {
    return (await this.items(id))
      .filter(({ run, error }) => run === null && error === null)
      .slice(0, limit)
      .map(({ cause, runDate, interval }) => ({ cause, runDate, interval }));
  }

  async activeRuns(id: string): Promise<string[]> {
    return (this.#tables.backfillItems.get(id) ?? []).flatMap((item) => {
      const run = this.#runOf(item);
      return run && this.#tables.unfinished.has(run.plan.runId) ? [run.plan.runId] : [];
    });
  }

  async refuse(cause: string, error: ErrorReport): Promise<void> {
    for (const [id, items] of this.#tables.backfillItems) {
      if (!items.some((item) => item.cause === cause)) continue;
      const refused = items.map((item) => (item.cause === cause ? { ...item, error } : item));
      this.#tables.backfillItems.set(id, refused);
    }
  }

  async move(
    id: string,
    from: BackfillState,
    to: BackfillState,
    finishedAt: Date | null,
  ): Promise<boolean> {
    const found = this.#tables.backfills.get(id);
    if (found?.state !== from) return false;
    this.#tables.backfills.set(id, { ...found, state: to, finishedAt });
    return true;
  }

  async runsBetween(pipeline: string, from: string, to: string): Promise<DatedRun[]> {
    return [...this.#tables.runs.values()]
      .filter(({ plan }) => plan.pipeline.name === pipeline)
      .filter(({ plan }) => plan.runDate >= from && plan.runDate <= to)
      .sort((a, b) => compare(b.plan.runId, a.plan.runId))
      .map(({ plan, state }) => {
        const { runId, runDate, interval } = plan;
        return { runId, runDate, interval, state };
      });
  }

  #runOf({ cause }: BackfillItem): MemoryRun | undefined {
    return this.#tables.runs.get(this.#tables.runOfCause.get(cause) ?? '');
  }
}

function phaseOf(
  state: MemoryRun['state'] | undefined,
  error: ErrorReport | null,
): keyof BackfillProgress {
  if (state === undefined) return error ? 'refused' : 'waiting';
  return state === 'queued' || state === 'running' || state === 'cancelling' ? 'active' : state;
}
