import type { Pipeline, PipelineStep } from '@triad/shared/contracts/pipeline.ts';
import { warehouseJob } from '@triad/shared/contracts/step-kind.ts';
import type { InFlight, PoolSlot, PoolWait } from '@triad/shared/state/state-store.ts';
import { jobOf } from './command-of.ts';

/** How many slots each pool has, by its name. What takes slots of no pool is not limited. */
export type PoolSizes = ReadonlyMap<string, number>;

/** The pools that steps need by what they are, where such a pool exists. */
export const knownPool = {
  /** Steps that open the warehouse: one at a time where it has one writer. */
  warehouse: 'warehouse',
  /** One slot for each accelerator. */
  gpu: 'gpu',
  /** Every step of every run. */
  steps: 'steps',
} as const;

/** A step's place in the queue of a pool. */
export type Precedence = Pick<PoolWait, 'runId' | 'priority'>;

/** What the pools hold while one change is planned. */
export class PoolSlots {
  readonly #sizes: PoolSizes;
  readonly #taken: Map<string, Set<number>>;
  readonly #waits: readonly PoolWait[];

  constructor(sizes: PoolSizes, holders: readonly InFlight[], waits: readonly PoolWait[]) {
    this.#sizes = sizes;
    this.#waits = waits;
    this.#taken = new Map();
    for (const { slots } of holders) for (const slot of slots) this.#take(slot);
  }

  /** Takes what the step needs, or tells which pools lack it. */
  take(
    step: PipelineStep,
    pipeline: Pipeline,
    place: Precedence,
  ): { slots: PoolSlot[] } | { lacking: string[] } {
    const needs = [...this.#needsOf(step, pipeline)];
    const found = needs.map(([pool, { count, size }]) => ({
      pool,
      free: this.#isTurnOf(pool, place) ? this.#free(pool, count, size) : undefined,
    }));
    const lacking = found.flatMap(({ pool, free }) => (free ? [] : [pool]));
    if (lacking.length > 0) return { lacking };
    const slots = found.flatMap(({ free }) => free ?? []);
    slots.forEach((slot) => {
      this.#take(slot);
    });
    return { slots };
  }

  #needsOf(step: PipelineStep, pipeline: Pipeline) {
    const needs = new Map<string, { count: number; size: number }>();
    const need = (pool: string, count: number, size = this.#sizes.get(pool)) => {
      if (size !== undefined) needs.set(pool, { count, size });
    };
    // First: a pool that is also needed for what the step is may need more than one slot.
    for (const pool of step.pools) need(pool, 1);
    need(knownPool.steps, 1);
    need(`pipeline/${pipeline.name}`, 1, pipeline.maxActiveSteps);
    if (jobOf(step) === warehouseJob) need(knownPool.warehouse, 1);
    if (step.resources.accelerator) need(knownPool.gpu, step.resources.accelerator.count);
    return needs;
  }

  /** Whether nobody with a better place waits for this pool. */
  #isTurnOf(pool: string, place: Precedence): boolean {
    return !this.#waits.some(
      (wait) =>
        wait.pool === pool &&
        (wait.priority > place.priority ||
          (wait.priority === place.priority && wait.runId < place.runId)),
    );
  }

  #free(pool: string, count: number, size: number): PoolSlot[] | undefined {
    const taken = this.#taken.get(pool) ?? new Set();
    // Slots beyond the size count too: the pool was larger when they were taken.
    if (taken.size + count > size) return undefined;
    const free: PoolSlot[] = [];
    for (let slot = 0; free.length < count; slot += 1) {
      if (!taken.has(slot)) free.push({ pool, slot });
    }
    return free;
  }

  #take({ pool, slot }: PoolSlot): void {
    const taken = this.#taken.get(pool) ?? new Set();
    this.#taken.set(pool, taken.add(slot));
  }
}
