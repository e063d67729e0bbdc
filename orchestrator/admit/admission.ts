import type {
  ActiveCount,
  QueuedFilter,
  StateStore,
  StoredRun,
} from '@triad/shared/state/state-store.ts';
import type { RunEngine } from '../run/run-engine.ts';
import { holdOf } from './hold-of.ts';
import { waitsFor } from './waits-for.ts';

export interface AdmissionOptions {
  state: StateStore;
  engine: RunEngine;
  /** Runs of all pipelines that may be active at a time. */
  maxActiveRuns: number;
}

/**
 * Lets waiting runs begin: those of higher priority first, then the oldest, as many at a time as
 * the system and their pipeline allow. Safe to ask at any time, by several processes at once.
 */
export class Admission {
  readonly #options: AdmissionOptions;
  #admitting: Promise<void> | undefined;
  #again = false;

  constructor(options: AdmissionOptions) {
    this.#options = options;
  }

  /** Admits what can be admitted now; asked again meanwhile, it looks once more. */
  admit(): Promise<void> {
    this.#again = true;
    this.#admitting ??= this.#admitAll().finally(() => {
      this.#admitting = undefined;
    });
    return this.#admitting;
  }

  /** What a run waits for, beside its own steps. */
  waitsFor(run: StoredRun): Promise<string[]> {
    return waitsFor(this.#options, run);
  }

  async #admitAll(): Promise<void> {
    while (this.#again) {
      this.#again = false;
      await this.#admitOnce();
    }
  }

  async #admitOnce(): Promise<void> {
    const { state, engine, maxActiveRuns } = this.#options;
    const held: QueuedFilter[] = [];
    let seen = await this.#look();
    for (;;) {
      const { revision, active } = seen;
      const total = active.reduce((sum, { count }) => sum + count, 0);
      if (total >= maxActiveRuns) return;
      const next = await state.nextQueued(held);
      if (!next) return;
      const hold = await holdOf(next, active, state);
      if (hold) held.push(hold.runs);
      else if (await engine.admit(next.runId, revision)) {
        const admitted = { pipeline: next.pipeline.name, trigger: next.trigger, count: 1 };
        seen = { revision: revision + 1, active: [...active, admitted] };
      } else seen = await this.#look();
    }
  }

  /** The revision first: an admission by anyone in between makes ours void. */
  async #look(): Promise<{ revision: number; active: ActiveCount[] }> {
    const { state } = this.#options;
    const revision = await state.admissionRevision();
    return { revision, active: await state.activeCounts() };
  }
}
