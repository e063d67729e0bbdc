import type { PreviousResult, ResultHistory } from '@triad/shared/state/result-history.ts';
import { compare, type MemoryTables } from './memory-tables.ts';

/** `ResultHistory` in memory. */
export class MemoryResultHistory implements ResultHistory {
  readonly #tables: MemoryTables;

  constructor(tables: MemoryTables) {
    this.#tables = tables;
  }

  async previousResult(of: {
    pipeline: string;
    step: string;
    runDate: string;
  }): Promise<PreviousResult | undefined> {
    const earlier = [...this.#tables.runs.values()]
      .filter(({ plan, state }) => plan.pipeline.name === of.pipeline && state === 'succeeded')
      .filter(({ plan }) => plan.runDate < of.runDate)
      .sort(
        ({ plan: a }, { plan: b }) => compare(b.runDate, a.runDate) || compare(b.runId, a.runId),
      );
    for (const { plan, events } of earlier) {
      const last = events.findLast(({ event }) => 'result' in event && event.step === of.step);
      if (!last || !('result' in last.event)) continue;
      return { runId: plan.runId, runDate: plan.runDate, result: last.event.result };
    }
    return undefined;
  }
}
