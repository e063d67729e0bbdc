import type { Clock } from '@triad/shared/clock/clock.ts';
import type { JobSpec } from '@triad/shared/contracts/job-spec.ts';
import type { JobView } from '@triad/shared/contracts/job-view.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import type { JobEndListener, JobLauncher } from '@triad/shared/jobs/job-launcher.ts';
import { everyCapability } from '../every-capability.ts';

/** A launcher whose jobs run until the test ends them. */
export class FakeJobs implements JobLauncher {
  readonly capabilities = everyCapability;
  readonly jobNames = ['sql-runner', 'trainer', 'score'];
  /** Every spec that was really started, in order. */
  readonly started: JobSpec[] = [];
  /** What `adopt` finds to have ended. */
  endedMeanwhile: JobView[] = [];
  /** Happens on the way into `launch`, before the job exists. */
  beforeLaunch: () => Promise<void> = async () => {};
  failure: TriadError | undefined;
  readonly #jobs = new Map<string, JobView>();
  readonly #listeners: JobEndListener[] = [];
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async launch(spec: JobSpec): Promise<{ job: JobView; started: boolean }> {
    await this.beforeLaunch();
    if (this.failure) throw this.failure;
    const existing = this.#jobs.get(spec.id);
    if (existing) return { job: existing, started: false };
    this.started.push(spec);
    const job: JobView = {
      name: spec.id,
      displayName: `${spec.job} ${spec.runDate}`,
      state: 'running',
      created: this.#clock.now().toISOString(),
      endedAt: null,
      exitCode: null,
      error: null,
    };
    this.#jobs.set(spec.id, job);
    return { job, started: true };
  }

  end(id: string, end: Pick<JobView, 'state' | 'exitCode' | 'error'>): void {
    const job = this.#jobs.get(id);
    if (!job) throw new Error(`no job ${id}`);
    const ended = { ...job, ...end, endedAt: this.#clock.now().toISOString() };
    this.#jobs.set(id, ended);
    for (const listener of this.#listeners) listener(ended);
  }

  async get(id: string): Promise<JobView | undefined> {
    return this.#jobs.get(id);
  }

  async list(limit: number, before?: string): Promise<JobView[]> {
    const newest = [...this.#jobs.values()].reverse();
    return newest.filter(({ name }) => !before || name < before).slice(0, limit);
  }

  async logs(id: string): Promise<string | undefined> {
    return this.#jobs.has(id) ? `log of ${id}\n` : undefined;
  }

  async cancel(id: string): Promise<JobView | undefined> {
    if (this.#jobs.get(id)?.state === 'running') {
      const error = new TriadError('JOB_CANCELLED').report();
      this.end(id, { state: 'cancelled', exitCode: null, error });
    }
    return this.#jobs.get(id);
  }

  async adopt(): Promise<JobView[]> {
    return this.endedMeanwhile;
  }

  onEnd(listener: JobEndListener): void {
    this.#listeners.push(listener);
  }

  async check(): Promise<void> {
    if (this.failure) throw this.failure;
  }

  async close(): Promise<void> {}
}
