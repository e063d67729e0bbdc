import { TriadError } from '../errors/triad-error.ts';
import type { JobRecord } from './job-record.ts';

/** What is seen of a running job. */
export interface JobSigns {
  /** Resident memory of all of its processes, in bytes. */
  residentBytes: number;
  /** When its last sign of life was given; `undefined` before the first. */
  beat: Date | undefined;
}

/**
 * Keeps the limits of one job in mind. A heartbeat counts from when it was seen to change, so that
 * clocks which differ, and a launcher that was away, cost the job nothing.
 */
export class JobLimits {
  readonly #record: JobRecord;
  #beat: Date | undefined;
  /** When the heartbeat was last seen to change, in milliseconds since the epoch. */
  #beatSeenAt = 0;

  constructor(record: JobRecord) {
    this.#record = record;
  }

  /** The limit that the job exceeds at `now`, in milliseconds since the epoch. */
  exceeded({ residentBytes, beat }: JobSigns, now: number): TriadError | undefined {
    if (beat && beat.getTime() !== this.#beat?.getTime()) {
      this.#beat = beat;
      this.#beatSeenAt = now;
    }
    const { resources, limits = {} } = this.#record.spec;
    const age = now - Date.parse(this.#record.createdAt);
    const silence = now - this.#beatSeenAt;
    const isOver = (elapsedMs: number, seconds: number | undefined): seconds is number =>
      seconds !== undefined && elapsedMs >= seconds * 1000;

    if (isOver(age, resources.timeLimitSeconds)) {
      return new TriadError('JOB_TIMEOUT', { limit: resources.timeLimitSeconds });
    }
    const used = Math.ceil(residentBytes / 2 ** 20);
    if (used > resources.memoryMiB) {
      return new TriadError('JOB_MEMORY', { used, limit: resources.memoryMiB });
    }
    if (!this.#beat && isOver(age, limits.startSeconds)) {
      return new TriadError('JOB_START_TIMEOUT', { limit: limits.startSeconds });
    }
    // A job that hangs before its first heartbeat is as silent as one that hangs after it.
    const isLate = this.#beat
      ? isOver(silence, limits.heartbeatSeconds)
      : limits.startSeconds === undefined && isOver(age, limits.heartbeatSeconds);
    if (isLate) {
      return new TriadError('JOB_HEARTBEAT_LOST', { limit: limits.heartbeatSeconds ?? 0 });
    }
    return undefined;
  }
}
