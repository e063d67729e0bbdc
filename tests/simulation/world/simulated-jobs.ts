import type { ArtifactStore } from '@triad/shared/artifacts/artifact-store.ts';
import type { JobSpec } from '@triad/shared/contracts/job-spec.ts';
import type { JobView } from '@triad/shared/contracts/job-view.ts';
import { warehouseJob } from '@triad/shared/contracts/step-kind.ts';
import { TriadError, toTriadError } from '@triad/shared/errors/triad-error.ts';
import type { JobEndListener, JobLauncher } from '@triad/shared/jobs/job-launcher.ts';
import { everyCapability } from '../../harness/every-capability.ts';
import type { Dice } from './dice.ts';
import type { EventQueue } from './event-queue.ts';
import { castFate, type JobFate } from './job-fate.ts';
import { fingerprintOf, resultOf, writeManifest } from './job-work.ts';
import type { Warehouse } from './warehouse.ts';
import type { Weather } from './weather.ts';

export interface SimulatedJobsOptions {
  artifacts: ArtifactStore;
  warehouse: Warehouse;
  queue: EventQueue;
  dice: Dice;
  weather: Weather;
  onStart: (spec: JobSpec) => void;
  onEnd: (commandId: string, end: string) => void;
}

/** After this long a job is ended whose time limit nobody else enforced, in milliseconds. */
const LIMIT_MS = 60_000;

/**
 * Jobs that publish into the simulated warehouse, write their manifest and end, each as its fate
 * wills. They live on when their invoker dies, which then hears of their end when it adopts them,
 * or never.
 */
export class SimulatedJobs implements JobLauncher {
  readonly capabilities = everyCapability;
  readonly jobNames = ['sql-runner', 'trainer'];
  readonly #options: SimulatedJobsOptions;
  readonly #views = new Map<string, JobView>();
  #listener: JobEndListener | undefined;
  #unheard: JobView[] = [];

  constructor(options: SimulatedJobsOptions) {
    this.#options = options;
  }

  async launch(spec: JobSpec): Promise<{ job: JobView; started: boolean }> {
    const { queue, dice, weather, onStart } = this.#options;
    const existing = this.#views.get(spec.id);
    if (existing) return { job: existing, started: false };
    const job: JobView = {
      name: spec.id,
      displayName: spec.id,
      state: 'running',
      created: new Date(queue.now).toISOString(),
      endedAt: null,
      exitCode: null,
      error: null,
    };
    this.#views.set(spec.id, job);
    onStart(spec);
    const fate = castFate(spec, dice, weather);
    queue.in(fate.publishMs, () => void this.#work(spec, fate));
    return { job, started: true };
  }

  async #work(spec: JobSpec, fate: JobFate): Promise<void> {
    const { queue, dice } = this.#options;
    const { fault } = fate;
    if (!this.#runs(spec) && !fate.isDeaf) return;
    switch (fault) {
      case 'failed, retryable':
        return this.#fail(spec, 'failed', new TriadError('WAREHOUSE_BUSY', { path: 'x' }));
      case 'failed':
        return this.#fail(spec, 'failed', new TriadError('ASSERTION_FAILED', { assertion: 'x' }));
      case 'no manifest':
        return this.#end(spec, { state: 'succeeded', exitCode: 0, error: null });
      case 'hung':
        if (dice.happens(0.5)) return;
        queue.in(LIMIT_MS, () => {
          this.#fail(spec, 'failed', new TriadError('JOB_TIMEOUT', { limit: LIMIT_MS / 1000 }));
        });
        return;
      case 'zombie':
        this.#fail(spec, 'lost', new TriadError('JOB_LOST'));
        queue.in(dice.between(0, 60_000), () => this.#publish(spec, fate));
        return;
      default:
        this.#publish(spec, fate);
    }
  }

  #publish(spec: JobSpec, fate: JobFate): void {
    const { warehouse, queue } = this.#options;
    let result = resultOf(spec);
    try {
      const [published] = result.tables ?? [];
      if (spec.job === warehouseJob && published) {
        result = warehouse.publish(spec, published.table, fingerprintOf(spec), result);
      }
    } catch (error) {
      this.#fail(spec, 'failed', toTriadError(error));
      return;
    }
    if (fate.fault === 'killed after publishing') {
      this.#fail(spec, 'lost', new TriadError('JOB_LOST'));
      return;
    }
    queue.in(fate.manifestMs, async () => {
      if (!this.#runs(spec) && !fate.isDeaf && fate.fault !== 'zombie') return;
      await writeManifest(this.#options.artifacts, spec, result, fate.fault, queue.now);
      this.#end(spec, { state: 'succeeded', exitCode: 0, error: null });
    });
  }

  #runs({ id }: JobSpec): boolean {
    return this.#views.get(id)?.state === 'running';
  }

  #fail(job: Pick<JobSpec, 'id'>, state: 'failed' | 'cancelled' | 'lost', error: TriadError): void {
    this.#end(job, { state, exitCode: error.retryable ? 75 : 1, error: error.report() });
  }

  #end({ id }: Pick<JobSpec, 'id'>, end: Pick<JobView, 'state' | 'exitCode' | 'error'>): void {
    const { queue, weather, dice, onEnd } = this.#options;
    const view = this.#views.get(id);
    if (view?.state !== 'running') return;
    const ended = { ...view, ...end, endedAt: new Date(queue.now).toISOString() };
    this.#views.set(id, ended);
    onEnd(id, end.state);
    if (!weather.strikes('lostOutcome')) this.#tell(ended);
    else if (dice.happens(0.5)) queue.in(dice.between(1000, 60_000), () => this.#tell(ended));
  }

  #tell(ended: JobView): void {
    if (this.#listener) this.#listener(ended);
    else this.#unheard.push(ended);
  }

  /** The invoker is gone. */
  abandon(): void {
    this.#listener = undefined;
  }

  async adopt(): Promise<JobView[]> {
    const told = this.#unheard.filter(() => !this.#options.weather.strikes('lostOutcome'));
    this.#unheard = [];
    return told;
  }

  onEnd(listener: JobEndListener): void {
    this.#listener = listener;
  }

  async cancel(id: string): Promise<JobView | undefined> {
    const view = this.#views.get(id);
    if (view?.state !== 'running') return view;
    this.#fail({ id }, 'cancelled', new TriadError('JOB_CANCELLED'));
    return this.#views.get(id);
  }

  async get(id: string): Promise<JobView | undefined> {
    return this.#views.get(id);
  }

  async list(limit: number): Promise<JobView[]> {
    return [...this.#views.values()].reverse().slice(0, limit);
  }

  async logs(id: string): Promise<string | undefined> {
    return this.#views.has(id) ? '' : undefined;
  }

  async check(): Promise<void> {}
  async close(): Promise<void> {}
}
