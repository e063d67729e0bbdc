import type { RunEvent } from '@triad/shared/contracts/run-event.ts';
import type { ErrorReport } from '@triad/shared/errors/triad-error.ts';
import type { StateStore } from '@triad/shared/state/state-store.ts';
import { planRun, type RunRequest } from '../../../orchestrator/plan/plan-run.ts';
import { changeOf } from '../run-fixtures.ts';
import { sequentialIds } from '../sequential-ids.ts';

/** Starts looks of the warehouse that have finished at once, with what the test says is there. */
export class SensingStarter {
  value: string | null = null;
  readonly #state: StateStore;
  readonly #now: Date;
  readonly #ids = sequentialIds();

  constructor(state: StateStore, now: Date) {
    this.#state = state;
    this.#now = now;
  }

  /** A query that says so fails. */
  async start(request: RunRequest): Promise<string | undefined> {
    const context = { runId: this.#ids.next(), createdAt: this.#now, codeRevision: 'test' };
    const plan = planRun(request, context);
    if (!(await this.#state.createRun(plan))) return undefined;
    const { runId } = context;
    const step = { step: 'value', attempt: 1 };
    const lists = { value: this.value === null ? [] : [this.value] };
    const result = { outputs: [], tables: [], metrics: {}, notes: [], lists };
    const isBroken = request.params.query === 'broken';
    const state = isBroken ? 'failed' : 'succeeded';
    const events: RunEvent[] = [
      { type: 'run_admitted' },
      { type: 'step_dispatched', ...step, commandId: `${runId}:value:1` },
      isBroken
        ? { type: 'step_failed', ...step, error, retryAt: null }
        : { type: 'step_succeeded', ...step, result },
      { type: 'run_finished', state, error: isBroken ? error : null },
    ];
    const change = changeOf({
      state,
      finishedAt: this.#now,
      events: events.map((event) => ({ at: this.#now, event })),
    });
    await this.#state.applyChange(runId, 0, change);
    return runId;
  }
}

const error: ErrorReport = { code: 'SQL_INVALID', message: 'm', fix: 'f', retryable: false };
