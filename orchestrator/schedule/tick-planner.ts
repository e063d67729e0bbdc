import type { Pipeline } from '@triad/shared/contracts/pipeline.ts';
import type { Logger } from '@triad/shared/log/logger.ts';
import type {
  ExpectedTick,
  PlannedSchedule,
  Tick,
  TickLedger,
} from '@triad/shared/state/tick-ledger.ts';
import {
  expectedTicks,
  fingerprintOf,
  isScheduled,
  type ScheduledPipeline,
} from './expected-ticks.ts';
import { beginningOf, type Revision, reviseLedger } from './revise-ledger.ts';

/** Written ahead are the ticks of the next 24 hours, but at least 3 and at most 24 of them. */
const ahead = { ms: 86_400_000, least: 3, most: 24 };
/** Most ticks that one transaction writes: after long downtime there are many. */
const BATCH = 500;
/** Up to here all is written of a schedule that has ended. */
const FOREVER = new Date('9999-12-31T00:00:00.000Z');

/** A schedule as this process knows it. */
interface Entry {
  pipeline: ScheduledPipeline;
  fingerprint: string;
  seen: PlannedSchedule | null;
  /** Occurrences after now that are written, in order. */
  upcoming: Date[];
}

/**
 * Keeps the ledger written ahead. Of two processes whose definitions of a schedule differ, the one
 * that started last says how it is; the other lets the ledger be, unless it runs dry.
 */
export class TickPlanner {
  readonly #ledger: TickLedger;
  readonly #log: Logger;
  readonly #pipelines: ScheduledPipeline[];
  readonly #entries = new Map<string, Entry>();

  constructor(pipelines: Iterable<Pipeline>, ledger: TickLedger, log: Logger) {
    this.#pipelines = [...pipelines].filter(isScheduled);
    this.#ledger = ledger;
    this.#log = log;
  }

  /** Makes the ledger that of this process's schedules. To be called first. */
  async adopt(now: Date): Promise<void> {
    const names = new Set(this.#pipelines.map(({ name }) => name));
    const rows = new Map((await this.#ledger.planned()).map((row) => [row.pipeline, row]));
    const expected = Map.groupBy(await this.#ledger.expected(), ({ pipeline }) => pipeline);
    for (const name of rows.keys()) {
      if (!names.has(name)) await this.#ledger.forget(name, now, 'the schedule was removed');
    }
    for (const pipeline of this.#pipelines) {
      await this.#guard(pipeline.name, async () => {
        const { name } = pipeline;
        const isDone = await this.#take(pipeline, rows.get(name), expected.get(name) ?? [], now);
        if (!isDone) await this.#reload(pipeline, now, true);
      });
    }
  }

  /** Takes notice of what other processes did. */
  async check(now: Date): Promise<void> {
    const rows = new Map((await this.#ledger.planned()).map((row) => [row.pipeline, row]));
    for (const pipeline of this.#pipelines) {
      const seen = this.#entries.get(pipeline.name)?.seen;
      if (seen && isSame(seen, rows.get(pipeline.name))) continue;
      await this.#guard(pipeline.name, () => this.#reload(pipeline, now, false));
    }
  }

  /** Writes the occurrences of schedules that passed their last written one: time has jumped. */
  async complete(now: Date): Promise<void> {
    for (const { pipeline, seen } of this.#entries.values()) {
      if (seen && seen.through <= now) await this.extend(pipeline.name, now);
    }
  }

  /** Writes on after ticks of a pipeline have ended. */
  async extend(name: string, now: Date): Promise<void> {
    const entry = this.#entries.get(name);
    if (!entry) return;
    await this.#guard(name, async () => {
      const isOwn = entry.seen?.fingerprint === entry.fingerprint;
      if (isOwn && (await this.#write(entry, now))) return;
      await this.#reload(entry.pipeline, now, false);
    });
  }

  /** One schedule that fails must not keep the others from being written. */
  async #guard(pipeline: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#log.error({ err: error, pipeline }, 'the ticks of a schedule could not be written');
    }
  }

  async #reload(pipeline: ScheduledPipeline, now: Date, isNewest: boolean): Promise<void> {
    for (;;) {
      const [row] = await this.#ledger.planned(pipeline.name);
      const fingerprint = fingerprintOf(pipeline);
      if (row && row.fingerprint !== fingerprint && row.through > now && !isNewest) {
        this.#entries.set(pipeline.name, { pipeline, fingerprint, seen: row, upcoming: [] });
        return;
      }
      const expected = await this.#ledger.expected(pipeline.name);
      if (await this.#take(pipeline, row, expected, now)) return;
    }
  }

  /** `false` when the ledger is no longer as it was read. */
  async #take(
    pipeline: ScheduledPipeline,
    row: PlannedSchedule | undefined,
    expected: Tick[],
    now: Date,
  ): Promise<boolean> {
    const fingerprint = fingerprintOf(pipeline);
    const isKnown = row?.fingerprint === fingerprint;
    const written = isKnown ? expected.map(({ occurrence }) => occurrence) : [];
    const entry: Entry = { pipeline, fingerprint, seen: row ?? null, upcoming: written };
    this.#entries.set(pipeline.name, entry);
    if (isKnown || !row) return this.#write(entry, now);
    return this.#write(entry, now, reviseLedger(pipeline, row, expected, now));
  }

  /** Writes as far ahead as there should be ticks, a batch at a time. */
  async #write(entry: Entry, now: Date, revision?: Revision): Promise<boolean> {
    const { pipeline, fingerprint } = entry;
    let change = revision;
    for (;;) {
      const from = change?.through ?? entry.seen?.through ?? beginningOf(pipeline, now);
      const batch = nextBatch(entry, from, now);
      const isChanged = change || !entry.seen || batch.through > entry.seen.through;
      if (!isChanged) return true;
      const next = { pipeline: pipeline.name, fingerprint, through: batch.through };
      const isDone = await this.#ledger.plan({
        seen: entry.seen,
        next,
        withdrawn: change?.withdrawn ?? [],
        dropped: {
          occurrences: change?.dropped ?? [],
          reason: 'the schedule was changed before it fired',
        },
        expected: [...(change?.expected ?? []), ...batch.expected],
      });
      if (!isDone) return false;
      Object.assign(entry, { seen: next, upcoming: batch.upcoming });
      change = undefined;
    }
  }
}

/** The ticks to write after `from`; `through` says how far that brings the ledger. */
function nextBatch(entry: Entry, from: Date, now: Date) {
  const upcoming = entry.upcoming.filter((occurrence) => occurrence > now);
  const expected: ExpectedTick[] = [];
  if (from > now && isFarEnough(upcoming, now)) return { upcoming, expected, through: from };
  const isOccurrence = entry.upcoming.at(-1)?.getTime() === from.getTime();
  for (const tick of expectedTicks(entry.pipeline, from, isOccurrence ? from : undefined)) {
    const { occurrence } = tick;
    expected.push(tick);
    if (occurrence > now) upcoming.push(occurrence);
    // Asked before the next one is looked for, which takes long.
    if (expected.length === BATCH || isFarEnough(upcoming, now)) {
      return { upcoming, expected, through: occurrence };
    }
  }
  return { upcoming, expected, through: FOREVER };
}

function isFarEnough(upcoming: Date[], now: Date): boolean {
  const last = upcoming.at(-1);
  if (!last || upcoming.length < ahead.least) return false;
  return upcoming.length >= ahead.most || last.getTime() - now.getTime() >= ahead.ms;
}

const isSame = (a: PlannedSchedule, b: PlannedSchedule | undefined): boolean =>
  a.fingerprint === b?.fingerprint && a.through.getTime() === b.through.getTime();
