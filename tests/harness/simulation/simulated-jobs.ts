import type { ArtifactStore } from '@triad/shared/artifacts/artifact-store.ts';
import type { Clock } from '@triad/shared/clock/clock.ts';
import type { JobSpec } from '@triad/shared/contracts/job-spec.ts';
import type { JobView } from '@triad/shared/contracts/job-view.ts';
import { type Manifest, manifestPath } from '@triad/shared/contracts/manifest.ts';
import { attemptPrefix } from '@triad/shared/contracts/names.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import type { JobEndListener, JobLauncher } from '@triad/shared/jobs/job-launcher.ts';
import { everyCapability } from '../every-capability.ts';

type End = Pick<JobView, 'state' | 'exitCode' | 'error'>;
const succeeded: End = { state: 'succeeded', exitCode: 0, error: null };
const failedWith = (state: 'failed' | 'cancelled' | 'lost', error: TriadError): End => ({
  state,
  exitCode: error.retryable ? 75 : 1,
  error: error.report(),
});

/**
 * Jobs that work for some seconds and then succeed, fail for a while, or vanish. They live on when
 * their invoker is killed, which then hears of their end when it adopts them, or never.
 */
export class SimulatedJobs implements JobLauncher {
  readonly capabilities = everyCapability;
  readonly jobNames = ['sql-runner', 'trainer'];
  /** Specs of the jobs that run now. */
  readonly running = new Map<string, JobSpec>();
  /** Called when a job starts. */
  onStart: () => void = () => {};
  /** Probability that a job does not succeed. */
  faults = 0;
  readonly #views = new Map<string, JobView>();
  readonly #artifacts: ArtifactStore;
  readonly #clock: Clock;
  readonly #random: () => number;
  #listener: JobEndListener | undefined;
  #unheard: JobView[] = [];

  constructor(artifacts: ArtifactStore, clock: Clock, random: () => number) {
    this.#artifacts = artifacts;
    this.#clock = clock;
    this.#random = random;
  }

  async launch(spec: JobSpec): Promise<{ job: JobView; started: boolean }> {
    const existing = this.#views.get(spec.id);
    if (existing) return { job: existing, started: false };
    const job: JobView = {
      name: spec.id,
      displayName: spec.id,
      state: 'running',
      created: this.#clock.now().toISOString(),
      endedAt: null,
      exitCode: null,
      error: null,
    };
    this.#views.set(spec.id, job);
    this.running.set(spec.id, spec);
    this.onStart();
    this.#clock.setTimer(500 + 8000 * this.#random(), () => void this.#finish(spec));
    return { job, started: true };
  }

  async #finish(spec: JobSpec): Promise<void> {
    if (!this.running.has(spec.id)) return;
    if (this.#random() >= this.faults) {
      await this.#writeManifest(spec);
      return this.#end(spec.id, succeeded);
    }
    const isSeen = this.#random() < 0.5;
    const error = new TriadError(isSeen ? 'WAREHOUSE_BUSY' : 'JOB_LOST', { path: 'x' });
    this.#end(spec.id, failedWith(isSeen ? 'failed' : 'lost', error));
  }

  async #writeManifest(spec: JobSpec): Promise<void> {
    const path = `${attemptPrefix(spec)}/result`;
    await this.#artifacts.put(path, spec.id);
    const output = await this.#artifacts.digest(path);
    const now = this.#clock.now().toISOString();
    const manifest: Manifest = {
      version: 1,
      commandId: spec.id,
      runDate: spec.runDate,
      outputs: output ? [{ ...output, name: 'result' }] : [],
      tables: [],
      metrics: {},
      notes: [],
      lineage: { ...spec.pins, inputs: spec.inputs },
      startedAt: now,
      finishedAt: now,
    };
    await this.#artifacts.put(manifestPath(spec), JSON.stringify(manifest));
  }

  #end(id: string, end: End): void {
    const view = this.#views.get(id);
    if (!view || !this.running.delete(id)) return;
    const ended = { ...view, ...end, endedAt: this.#clock.now().toISOString() };
    this.#views.set(id, ended);
    if (this.#listener) this.#listener(ended);
    else this.#unheard.push(ended);
  }

  /** The invoker is gone; some of what ends until the next one comes is never told to anybody. */
  abandon(): void {
    this.#listener = undefined;
  }

  async adopt(): Promise<JobView[]> {
    const told = this.#unheard.filter(() => this.#random() < 0.7);
    this.#unheard = [];
    return told;
  }

  onEnd(listener: JobEndListener): void {
    this.#listener = listener;
  }

  async cancel(id: string): Promise<JobView | undefined> {
    this.#end(id, failedWith('cancelled', new TriadError('JOB_CANCELLED')));
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
