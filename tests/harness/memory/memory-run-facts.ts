import type {
  DatedRun,
  DeadLetterCount,
  RunFacts,
  UnfinishedRun,
} from '@triad/shared/state/run-facts.ts';
import { compare, type MemoryRun, type MemoryTables } from './memory-tables.ts';

/** `RunFacts` in memory. */
export class MemoryRunFacts implements RunFacts {
  readonly #tables: MemoryTables;

  constructor(tables: MemoryTables) {
    this.#tables = tables;
  }

  async unfinishedRuns(): Promise<UnfinishedRun[]> {
    return [...this.#tables.unfinished.values()].sort(byId).map(({ plan, state }) => {
      const { runId, pipeline, runDate, trigger, createdAt } = plan;
      const tick = this.#tables.fired.get(pipeline.name)?.find((fired) => fired.runId === runId);
      const dueAt = tick?.dueAt ?? createdAt;
      return { runId, pipeline: pipeline.name, runDate, state, trigger, dueAt };
    });
  }

  async failuresSince(from: Date): Promise<{ pipeline: string; runDate: string }[]> {
    const found = new Map<string, { pipeline: string; runDate: string }>();
    for (const { plan, state, finishedAt } of this.#tables.runs.values()) {
      if (state !== 'failed' || !finishedAt || finishedAt < from) continue;
      const { pipeline, runDate } = plan;
      found.set(`${pipeline.name}/${runDate}`, { pipeline: pipeline.name, runDate });
    }
    return [...found.values()];
  }

  async runsOf(pipeline: string, runDate: string): Promise<DatedRun[]> {
    return [...this.#tables.runs.values()]
      .filter(({ plan }) => plan.pipeline.name === pipeline && plan.runDate === runDate)
      .sort(byId)
      .map(({ plan, state, finishedAt, error }) => {
        const { runId, trigger, createdAt, interval } = plan;
        const intervalEnd = interval && new Date(interval.end);
        return {
          runId,
          pipeline,
          runDate,
          state,
          trigger,
          createdAt,
          finishedAt,
          error,
          intervalEnd,
        };
      });
  }

  async newestSuccess(pipeline: string): Promise<Date | undefined> {
    return [...this.#tables.runs.values()]
      .filter(({ plan, state }) => plan.pipeline.name === pipeline && state === 'succeeded')
      .flatMap(({ finishedAt }) => finishedAt ?? [])
      .sort((a, b) => a.getTime() - b.getTime())
      .at(-1);
  }

  async answeredFirings(pipeline: string, after: Date, until: Date): Promise<Date[]> {
    return [...this.#tables.ticks.values()]
      .filter((tick) => tick.pipeline === pipeline && tick.state !== 'expected')
      .filter(({ occurrence }) => occurrence > after && occurrence <= until)
      .map(({ occurrence }) => occurrence)
      .sort((a, b) => a.getTime() - b.getTime());
  }

  async eventsOf(runId: string) {
    const events = this.#tables.runs.get(runId)?.events ?? [];
    return events.map(({ at, event }) => ({ at, event }));
  }

  async deadLetterCounts(): Promise<DeadLetterCount[]> {
    const letters = [...this.#tables.deadLetters.values()];
    return [...Map.groupBy(letters, ({ subscription }) => subscription)]
      .map(([subscription, own]) => ({
        subscription,
        count: own.length,
        oldest: new Date(Math.min(...own.map(({ at }) => at.getTime()))),
      }))
      .sort((a, b) => compare(a.subscription, b.subscription));
  }
}

const byId = (a: MemoryRun, b: MemoryRun): number => compare(a.plan.runId, b.plan.runId);
