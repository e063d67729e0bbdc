import type { Clock } from '@triad/shared/clock/clock.ts';
import type { JobState } from '@triad/shared/contracts/job-view.ts';
import { HttpMetrics } from '@triad/shared/http/http-metrics.ts';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** All metrics of one invoker, in a registry of its own. */
export class InvokerMetrics {
  readonly http: HttpMetrics;
  readonly contentType: string;
  readonly #metrics = new Registry();
  readonly #running: Gauge;
  readonly #started: Counter<'job'>;
  readonly #ended: Counter<'state'>;
  readonly #launchSeconds: Histogram;
  readonly #commandSeconds: Histogram;

  constructor(clock: Clock) {
    const registers = [this.#metrics];
    this.contentType = this.#metrics.contentType;
    this.http = new HttpMetrics(this.#metrics, clock);
    this.#running = new Gauge({
      name: 'triad_jobs_running',
      help: 'Jobs that have not ended.',
      registers,
    });
    this.#started = new Counter({
      name: 'triad_jobs_started_total',
      help: 'Jobs started.',
      labelNames: ['job'],
      registers,
    });
    this.#ended = new Counter({
      name: 'triad_jobs_ended_total',
      help: 'Jobs that ended.',
      labelNames: ['state'],
      registers,
    });
    const buckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30, 120];
    this.#launchSeconds = new Histogram({
      name: 'triad_launch_seconds',
      help: 'How long a job took to start.',
      buckets,
      registers,
    });
    this.#commandSeconds = new Histogram({
      name: 'triad_command_to_job_seconds',
      help: 'From the decision to dispatch an attempt to its running job.',
      buckets,
      registers,
    });
  }

  /** @param commandedAt when the attempt was dispatched, if a message asked for the job */
  jobStarted(job: string, beganAt: Date, runningAt: Date, commandedAt?: Date): void {
    this.#started.inc({ job });
    this.#launchSeconds.observe(seconds(beganAt, runningAt));
    if (commandedAt) this.#commandSeconds.observe(seconds(commandedAt, runningAt));
  }

  jobEnded(state: JobState): void {
    this.#ended.inc({ state });
  }

  /** In Prometheus' text format. */
  text(runningJobs: number): Promise<string> {
    this.#running.set(runningJobs);
    return this.#metrics.metrics();
  }
}

/** Never less than nothing: the two ends may have been timed by different machines. */
const seconds = (from: Date, to: Date): number =>
  Math.max(0, (to.getTime() - from.getTime()) / 1000);
