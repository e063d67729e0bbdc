import type { JobSpec } from '../contracts/job-spec.ts';
import type { JobView } from '../contracts/job-view.ts';

/** What a launcher can do, as data, so that callers need not know which one they hold. */
export interface JobCapabilities {
  /** A job has a process of its own: it can be ended by force, and its crash is its own. */
  isolates: boolean;
  enforcesMemory: boolean;
  /** Whether it sees the jobs' heartbeats, and so keeps the limits that count from them. */
  beats: boolean;
  /** Jobs go on while no launcher runs, and the next one adopts them. */
  survivesRestart: boolean;
  /** The program of a container step comes from its image; otherwise it is one of this machine. */
  runsImages: boolean;
  /** Whether a step gets the machine, the accelerators and the price it asks for. */
  accelerators: boolean;
}

export type JobEndListener = (job: JobView) => void;

/** Starts jobs and knows how they ended. One job per command id, for ever. */
export interface JobLauncher {
  readonly capabilities: JobCapabilities;
  /** The jobs that can be launched. */
  readonly jobNames: readonly string[];
  /**
   * Starts the job of `spec`, unless a job of that command id exists: then that one is returned.
   * An unknown job is `JOB_UNKNOWN`.
   *
   * @param traceparent the span that the job's own belongs under (W3C Trace Context)
   */
  launch(spec: JobSpec, traceparent?: string): Promise<{ job: JobView; started: boolean }>;
  get(commandId: string): Promise<JobView | undefined>;
  /**
   * The `limit` newest jobs, newest first.
   * @param before a command id: only jobs that come after it in this order
   */
  list(limit: number, before?: string): Promise<JobView[]>;
  /** Everything the job printed so far, oldest first; `undefined` for an unknown job. */
  logs(commandId: string): Promise<string | undefined>;
  /**
   * Begins to end the job and every process it started, first gently, then by force; `onEnd` tells
   * when it is done. Harmless when it has already ended. A job that finishes first has succeeded.
   */
  cancel(commandId: string): Promise<JobView | undefined>;
  /**
   * Takes charge again of the jobs an earlier launcher left running, and returns those that ended
   * meanwhile. To be called once, when no other launcher works on the same jobs any more.
   */
  adopt(): Promise<JobView[]>;
  /** Calls `listener` once for each job that ends, except those that `adopt` returns. */
  onEnd(listener: JobEndListener): void;
  /** Answers, or throws when no job can be started. */
  check(): Promise<void>;
  /** Stops idle workers. Running jobs go on; the next launcher adopts them. */
  close(): Promise<void>;
}
