import type { StepResult } from '../contracts/run-event.ts';

/** What a step gave in an earlier run. */
export interface PreviousResult {
  runId: string;
  runDate: string;
  result: StepResult;
}

/** What runs that are over have given. */
export interface ResultHistory {
  /**
   * The step's result in the newest run of the pipeline that succeeded and is of an earlier run
   * date; of several runs of one date, in the one that was created last. A run in which the step
   * was skipped is passed over.
   */
  previousResult(of: {
    pipeline: string;
    step: string;
    runDate: string;
  }): Promise<PreviousResult | undefined>;
}
