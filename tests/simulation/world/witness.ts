import type { JobSpec } from '@triad/shared/contracts/job-spec.ts';
import type { RunPlan } from '@triad/shared/contracts/run-plan.ts';
import type { RunState } from '@triad/shared/contracts/run-view.ts';
import type { CursorSwap, SensorKey, SensorStore } from '@triad/shared/state/sensor-store.ts';
import type { RecordedEvent, RunChange, StateStore } from '@triad/shared/state/state-store.ts';
import type { Tick, TickKey, TickLedger } from '@triad/shared/state/tick-ledger.ts';
import { foldEvents, foldOn, type RunStatus } from '../../../orchestrator/run/run-status.ts';
import type { Life } from './life.ts';
import type { Published } from './warehouse.ts';

/** A run as it was committed, kept apart from the store. */
export interface SeenRun {
  plan: RunPlan;
  tick: TickKey | undefined;
  events: RecordedEvent[];
  status: RunStatus;
}

/** What was just committed, or begun. */
export type Happening =
  | { what: 'run created'; run: SeenRun }
  | { what: 'run changed'; run: SeenRun; change: RunChange; before: RunState; seen: number }
  /** All those of a pipeline, of which some changed; the latest time that their changer has seen. */
  | { what: 'ticks changed'; ticks: Tick[]; latest: number }
  | { what: 'sensor changed'; key: SensorKey; generation: number; swap: CursorSwap }
  | { what: 'job started'; spec: JobSpec }
  | { what: 'job ended'; commandId: string; end: string }
  | { what: 'published'; publication: Published; standing: Published | undefined }
  /** Time has passed: now in milliseconds since 1970, and since when a watcher was undisturbed. */
  | { what: 'time passed'; now: number; watchedSince: number }
  /** All faults are over, and so is the time that the system has to come to rest. */
  | { what: 'rest' };

export type Watcher = (happening: Happening) => void | Promise<void>;

/** Sees every commit at the moment it is made, before anything else can happen. */
export class Witness {
  readonly runs = new Map<string, SeenRun>();
  readonly #watchers = new Map<Happening['what'], Watcher[]>();

  add(on: readonly Happening['what'][], watcher: Watcher): void {
    for (const what of on) this.#watchers.set(what, [...(this.#watchers.get(what) ?? []), watcher]);
  }

  /** Takes note of the runs that were there before the world began. */
  async learn(state: StateStore): Promise<void> {
    for (const { runId } of await state.listRuns({ limit: 1000 })) {
      const run = await state.getRun(runId);
      if (!run) continue;
      const status = foldEvents(run.plan, run.events);
      this.runs.set(runId, { ...run, events: [...run.events], tick: undefined, status });
    }
  }

  async see(happening: Happening): Promise<void> {
    for (const watch of this.#watchers.get(happening.what) ?? []) {
      const watching = watch(happening);
      if (watching) await watching;
    }
  }

  /** The methods of the store that commit, with this witness beside them. */
  state(store: StateStore): Pick<StateStore, 'createRun' | 'applyChange'> {
    return {
      createRun: async (plan: RunPlan, tick?: TickKey) => {
        const isCreated = await store.createRun(plan, tick);
        if (isCreated) {
          const run = { plan, tick, events: [], status: foldEvents(plan, []) };
          this.runs.set(plan.runId, run);
          await this.see({ what: 'run created', run });
        }
        return isCreated;
      },
      applyChange: async (runId: string, seen: number, change: RunChange) => {
        const isApplied = await store.applyChange(runId, seen, change);
        const run = this.runs.get(runId);
        if (!isApplied || !run) return isApplied;
        const before = run.status.state;
        const added = change.events.map(({ at, event }, index) => {
          return { seq: run.events.length + 1 + index, at, event };
        });
        run.events.push(...added);
        foldOn(run.status, run.plan, added);
        await this.see({ what: 'run changed', run, change, before, seen });
        return true;
      },
    };
  }

  sensors(store: SensorStore): Pick<SensorStore, 'swap'> {
    return {
      swap: async (key: SensorKey, generation: number, swap: CursorSwap) => {
        const isSwapped = await store.swap(key, generation, swap);
        const what = 'sensor changed';
        if (isSwapped) await this.see({ what, key, generation: generation + 1, swap });
        return isSwapped;
      },
    };
  }

  ledger(ledger: TickLedger, life: Life): Pick<TickLedger, 'plan' | 'forget' | 'skip' | 'resume'> {
    const seeing =
      <A extends unknown[], R>(method: (...args: A) => Promise<R>, of: (...args: A) => string) =>
      async (...args: A): Promise<R> => {
        const result = await method.apply(ledger, args);
        const ticks = await ledger.list({ pipeline: of(...args), limit: 10_000 });
        await this.see({ what: 'ticks changed', ticks, latest: life.latest });
        return result;
      };
    const first = (pipeline: string) => pipeline;
    return {
      plan: seeing(ledger.plan, ({ next }) => next.pipeline),
      forget: seeing(ledger.forget, first),
      skip: seeing(ledger.skip, first),
      resume: seeing(ledger.resume, first),
    };
  }
}

/** Whether the run may wait for ever: until somebody sees to the run before it. */
export const waitsForPast = ({ status, plan }: SeenRun): boolean =>
  status.state === 'queued' && plan.pipeline.schedule?.dependsOnPast === true;
