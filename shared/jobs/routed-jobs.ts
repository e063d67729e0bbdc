import type { JobSpec } from '../contracts/job-spec.ts';
import type { JobView } from '../contracts/job-view.ts';
import { TriadError } from '../errors/triad-error.ts';
import type { JobCapabilities, JobEndListener, JobLauncher } from './job-launcher.ts';

/** Whether a launcher is the right one for a job that it has. */
export type Suits = (launcher: JobLauncher, spec: JobSpec) => boolean;

/**
 * Several launchers as one: each job is launched by the first that has one of its name, and that
 * suits it where that is asked.
 */
export class RoutedJobs implements JobLauncher {
  readonly capabilities: JobCapabilities;
  readonly jobNames: readonly string[];
  readonly #launchers: readonly JobLauncher[];

  readonly #suits: Suits;

  /** @param suits without it, each launcher suits all of its jobs */
  constructor(launchers: readonly JobLauncher[], suits?: Suits) {
    this.#launchers = launchers;
    this.#suits = suits ?? (() => true);
    this.jobNames = [...new Set(launchers.flatMap(({ jobNames }) => jobNames))];
    const all = (capability: keyof JobCapabilities) =>
      launchers.every(({ capabilities }) => capabilities[capability]);
    this.capabilities = {
      isolates: all('isolates'),
      enforcesMemory: all('enforcesMemory'),
      beats: all('beats'),
      survivesRestart: all('survivesRestart'),
      runsImages: all('runsImages'),
      // A job that needs some is sent to a launcher that has some.
      accelerators: suits
        ? launchers.some(({ capabilities }) => capabilities.accelerators)
        : all('accelerators'),
    };
  }

  async launch(spec: JobSpec, traceparent?: string): Promise<{ job: JobView; started: boolean }> {
    // A name may have gone to another launcher since: a command still has one job for ever.
    const existing = await this.get(spec.id);
    if (existing) return { job: existing, started: false };
    const able = this.#launchers.filter(({ jobNames }) => jobNames.includes(spec.job));
    const launcher = able.find((one) => this.#suits(one, spec)) ?? able[0];
    if (launcher) return launcher.launch(spec, traceparent);
    throw new TriadError('JOB_UNKNOWN', { job: spec.job, known: this.jobNames.join(', ') });
  }

  get(commandId: string): Promise<JobView | undefined> {
    return this.#first((launcher) => launcher.get(commandId));
  }

  async list(limit: number, before?: string): Promise<JobView[]> {
    const lists = await Promise.all(
      this.#launchers.map((launcher) => launcher.list(limit, before)),
    );
    return lists
      .flat()
      .sort((a, b) => (a.name < b.name ? 1 : -1))
      .slice(0, limit);
  }

  logs(commandId: string): Promise<string | undefined> {
    return this.#first((launcher) => launcher.logs(commandId));
  }

  cancel(commandId: string): Promise<JobView | undefined> {
    return this.#first((launcher) => launcher.cancel(commandId));
  }

  async adopt(): Promise<JobView[]> {
    const ended: JobView[] = [];
    for (const launcher of this.#launchers) ended.push(...(await launcher.adopt()));
    return ended;
  }

  onEnd(listener: JobEndListener): void {
    for (const launcher of this.#launchers) launcher.onEnd(listener);
  }

  async check(): Promise<void> {
    await Promise.all(this.#launchers.map((launcher) => launcher.check()));
  }

  async close(): Promise<void> {
    await Promise.all(this.#launchers.map((launcher) => launcher.close()));
  }

  async #first<T>(ask: (launcher: JobLauncher) => Promise<T | undefined>): Promise<T | undefined> {
    for (const launcher of this.#launchers) {
      const answer = await ask(launcher);
      if (answer !== undefined) return answer;
    }
    return undefined;
  }
}
