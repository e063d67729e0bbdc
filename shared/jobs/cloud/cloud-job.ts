import type { ArtifactStore } from '../../artifacts/artifact-store.ts';
import type { JobSpec } from '../../contracts/job-spec.ts';
import { TriadError } from '../../errors/triad-error.ts';
import { fetchSpec, isPointer, type JobPointer, parseJobText } from '../stored-spec.ts';

/** A job as a cloud service shows it, in Triad's words. */
export interface CloudJob {
  /** Its resource name, by which the service finds it. */
  name: string;
  /** The value of `TRIAD_JOB` in its container, by which it is known again. */
  specText: string | undefined;
  state: 'waiting' | 'running' | 'succeeded' | 'failed' | 'cancelled';
  /** Whether the service is ending it. */
  isStopping: boolean;
  createdAt: Date | undefined;
  endedAt: Date | undefined;
  /** Null when it has not ended, or not by an exit of its own. */
  exitCode: number | null;
  /** Why it ended as it did, where that was not its own doing. */
  error: TriadError | undefined;
}

/** What a launcher needs of a service that runs containers. Errors are those of its SDK. */
export interface CloudJobService {
  /** In records and paths, such as `vertex`. */
  readonly id: string;
  /** For people, such as `Vertex AI`. */
  readonly title: string;
  /**
   * A creation that may or may not have worked is tried again when no job of the command has
   * appeared for this long, in milliseconds; longer than any creation is waited for.
   */
  readonly settleMs: number;
  create(spec: JobSpec, traceparent: string | undefined): Promise<CloudJob>;
  /** The job of this command, whoever created it; of several the first, and the others are ended. */
  find(spec: JobSpec): Promise<CloudJob | undefined>;
  get(name: string): Promise<CloudJob | undefined>;
  /** Asks it to end; harmless when it has ended. */
  cancel(name: string): Promise<void>;
  /** Those of this namespace that still run, and at least those; what has ended may be among them. */
  labelled(): Promise<CloudJob[]>;
  /** Removes what the service need not keep of a job that has ended. */
  discard(name: string): Promise<void>;
  /** Where people read what it printed. */
  logLink(name: string): string;
  /** Answers, or throws why no job can be created. */
  check(): Promise<void>;
  close(): Promise<void>;
}

export const hasEnded = ({ state }: CloudJob): boolean =>
  state !== 'waiting' && state !== 'running';

/** An exit code that a program chose; null for those from 128 on that a signal, or the container, gave it. */
export const ownExitCode = (code: number): number | null =>
  code >= 128 && code < 160 ? null : code;

/** The command of a job; `undefined` when it is none of ours after all. */
export const commandIdOf = ({ specText }: CloudJob): string | undefined => readText(specText)?.id;

/** What a job was told to do; `undefined` when that cannot be known, or it is none of ours after all. */
export async function specOf(
  { specText }: CloudJob,
  artifacts: ArtifactStore,
): Promise<JobSpec | undefined> {
  const job = readText(specText);
  if (!job || !isPointer(job)) return job;
  try {
    return await fetchSpec(artifacts, job);
  } catch (error) {
    if (error instanceof TriadError && error.retryable) throw error;
    return undefined;
  }
}

/** The spec in `TRIAD_JOB`, if it is in there. */
export function specIn(text: string | undefined): JobSpec | undefined {
  const job = readText(text);
  return job && !isPointer(job) ? job : undefined;
}

function readText(text: string | undefined): JobSpec | JobPointer | undefined {
  if (text === undefined) return undefined;
  try {
    return parseJobText(text);
  } catch {
    return undefined;
  }
}
