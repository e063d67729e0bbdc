import type { Clock } from '@triad/shared/clock/clock.ts';
import type { Ids } from '@triad/shared/ids/ids.ts';
import type { StateStore } from '@triad/shared/state/state-store.ts';
import type { TickKey } from '@triad/shared/state/tick-ledger.ts';
import type { Admission } from '../admit/admission.ts';
import { planRun, type RunRequest } from '../plan/plan-run.ts';

export interface RunStarterOptions {
  state: StateStore;
  admission: Admission;
  clock: Clock;
  ids: Ids;
  codeRevision: string;
}

/** The one way to a new run, whoever asks for it. */
export class RunStarter {
  readonly #options: RunStarterOptions;

  constructor(options: RunStarterOptions) {
    this.#options = options;
  }

  /**
   * Stores a run of the current definition, which begins as soon as it is admitted.
   * Errors: `INPUT_INVALID` for parameters that the pipeline does not take.
   *
   * @param tick fires with the run, in the same transaction
   * @returns the run's id; `undefined` when the tick has fired, or its cause has its run, already
   */
  async start(request: RunRequest, tick?: TickKey): Promise<string | undefined> {
    const { state, admission, clock, ids, codeRevision } = this.#options;
    const plan = planRun(request, { runId: ids.next(), createdAt: clock.now(), codeRevision });
    if (!(await state.createRun(plan, tick))) return undefined;
    await admission.admit();
    return plan.runId;
  }
}
