import type { JobView } from '@triad/shared/contracts/job-view.ts';

/** What the orchestrator may ask the workload. It tells it things by message only. */
export interface Workload {
  /** `undefined` for a job that the invoker does not know. */
  getJob(commandId: string): Promise<JobView | undefined>;
  /** Answers, or throws when the invoker is not well. */
  check(): Promise<void>;
}
