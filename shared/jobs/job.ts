import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import type { Clock } from '../clock/clock.ts';
import type { JobSpec } from '../contracts/job-spec.ts';
import type { Manifest, ManifestOutput } from '../contracts/manifest.ts';
import type { StepKind } from '../contracts/step-kind.ts';
import type { Logger } from '../log/logger.ts';

/** What a job's code is handed for one attempt of one step. */
export interface JobContext {
  spec: JobSpec;
  artifacts: ArtifactStore;
  clock: Clock;
  log: Logger;
  /** An empty directory of this attempt's own, made when it is first asked for; removed when the job ends. */
  readonly scratch: string;
  /** Aborts when the job is asked to stop. */
  signal: AbortSignal;
  /** Stores a finished local file as this attempt's output `name`, under the file's base name. */
  addOutput(name: string, localFile: string, rows?: number): Promise<ManifestOutput>;
}

/** What the manifest says besides the outputs. */
export interface JobResult {
  tables?: Manifest['tables'];
  metrics?: Manifest['metrics'];
  notes?: Manifest['notes'];
  lists?: Manifest['lists'];
  checks?: NonNullable<Manifest['checks']>;
  sqlHash?: string;
  sourceHash?: string;
}

/** Does one kind of step. Throws a `TriadError` to fail; its retryability becomes the exit code. */
export type StepHandler = (context: JobContext) => Promise<JobResult>;

/** A job: its handlers by the kind of step they do. */
export interface Job {
  name: string;
  handlers: Partial<Record<StepKind, StepHandler>>;
  /** Loads what is slow to load, while the process waits in the warm pool for its spec. */
  warmUp?: () => Promise<void>;
  /** Whether the program that it runs gives the signs of life, and not the process of the job. */
  beatsItself?: boolean;
}
