import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PipelineDefinition } from '@triad/shared/contracts/pipeline.ts';
import type { InFlight, PoolSlot, PoolWait } from '@triad/shared/state/state-store.ts';
import { PoolSlots, type Precedence } from '../../../../orchestrator/run/pools.ts';
import { inFlightOf, pipelineOf } from '../../../harness/run-fixtures.ts';

interface Situation {
  sizes?: Record<string, number>;
  /** What each attempt that is in flight holds. */
  held?: PoolSlot[][];
  waits?: PoolWait[];
}
type Step = PipelineDefinition['steps'][number];

const poolsOf = ({ sizes = {}, held = [], waits = [] }: Situation): PoolSlots => {
  const holders: InFlight[] = held.map((slots, n) => inFlightOf(`r${n}`, 'held', { slots }));
  return new PoolSlots(new Map(Object.entries(sizes)), holders, waits);
};

/** Slots of a pool by their numbers. */
const slotsOf = (pool: string, ...numbers: number[]): PoolSlot[] =>
  numbers.map((slot) => ({ pool, slot }));

/** What the only step of a pipeline takes, or lacks. */
function take(
  pools: PoolSlots,
  step: Partial<Step>,
  place: Partial<Precedence> = {},
  more: Partial<PipelineDefinition> = {},
) {
  const pipeline = pipelineOf([{ name: 'only', kind: 'train', ...step }], more);
  const [only] = pipeline.steps;
  assert.ok(only);
  return pools.take(only, pipeline, { runId: 'r5', priority: 50, ...place });
}

const gpus = (count: number): Partial<Step> => ({
  resources: { accelerator: { type: 'NVIDIA_L4', count } },
});

test('a step takes nothing of pools that it does not need or that do not exist', () => {
  const pools = poolsOf({ sizes: { warehouse: 1, gpu: 1, other: 1 } });
  assert.deepEqual(take(pools, {}), { slots: [] });
  assert.deepEqual(take(poolsOf({}), gpus(4)), { slots: [] });
});

test('a step takes as many slots of gpu as it asks for accelerators', () => {
  const pools = poolsOf({ sizes: { gpu: 4 }, held: [slotsOf('gpu', 1)] });
  assert.deepEqual(take(pools, gpus(2)), { slots: slotsOf('gpu', 0, 2) });
  assert.deepEqual(take(pools, gpus(1)), { slots: slotsOf('gpu', 3) });
  assert.deepEqual(take(pools, gpus(1)), { lacking: ['gpu'] });
});

test('a step that waits for accelerators takes none of those that are free', () => {
  const pools = poolsOf({ sizes: { gpu: 4 }, held: [slotsOf('gpu', 0), slotsOf('gpu', 3)] });
  assert.deepEqual(take(pools, gpus(3)), { lacking: ['gpu'] });
  assert.deepEqual(take(pools, gpus(2)), { slots: slotsOf('gpu', 1, 2) });
});

test('naming the gpu pool as well adds no slot to those of the accelerators', () => {
  const pools = poolsOf({ sizes: { gpu: 4 } });
  assert.deepEqual(take(pools, { ...gpus(2), pools: ['gpu'] }), { slots: slotsOf('gpu', 0, 1) });
});

test('a step of lower priority does not overtake one that waits for more accelerators', () => {
  const waits = [{ pool: 'gpu', runId: 'r9', priority: 60 }];
  const situation = { sizes: { gpu: 4 }, held: [slotsOf('gpu', 0, 1)], waits };
  assert.deepEqual(take(poolsOf(situation), gpus(1), { priority: 50 }), { lacking: ['gpu'] });
  assert.deepEqual(take(poolsOf(situation), gpus(1), { priority: 70 }), {
    slots: slotsOf('gpu', 2),
  });
});

test('of equal priority the older run goes first', () => {
  const waits = [{ pool: 'named', runId: 'r5', priority: 50 }];
  const situation = { sizes: { named: 1 }, waits };
  const named = { pools: ['named'] };
  assert.deepEqual(take(poolsOf(situation), named, { runId: 'r6' }), { lacking: ['named'] });
  assert.deepEqual(take(poolsOf(situation), named, { runId: 'r4' }), {
    slots: slotsOf('named', 0),
  });
});

test('priority counts before age', () => {
  const waits = [{ pool: 'named', runId: 'r9', priority: 51 }];
  const pools = poolsOf({ sizes: { named: 1 }, waits });
  assert.deepEqual(take(pools, { pools: ['named'] }, { runId: 'r1', priority: 50 }), {
    lacking: ['named'],
  });
});

test('who waits for one pool holds up nobody who needs another', () => {
  const waits = [{ pool: 'gpu', runId: 'r1', priority: 100 }];
  const pools = poolsOf({ sizes: { gpu: 1, named: 1 }, waits });
  assert.deepEqual(take(pools, { pools: ['named'] }), { slots: slotsOf('named', 0) });
});

test('a step that lacks one of its pools takes no slot of the others, and tells all that it lacks', () => {
  const sizes = { first: 1, second: 1, steps: 1 };
  const pools = poolsOf({ sizes, held: [slotsOf('second', 0)] });
  assert.deepEqual(take(pools, { pools: ['first', 'second'] }), { lacking: ['second'] });
  assert.deepEqual(take(pools, { pools: ['first'] }), {
    slots: [...slotsOf('first', 0), ...slotsOf('steps', 0)],
  });
  assert.deepEqual(take(pools, { pools: ['first', 'second'] }), {
    lacking: ['first', 'second', 'steps'],
  });
});

test('maxActiveSteps limits the steps of its pipeline over all runs, and those of no other', () => {
  const pools = poolsOf({ held: [slotsOf('pipeline/narrow', 0)] });
  const narrow = { name: 'narrow', maxActiveSteps: 2 };
  assert.deepEqual(take(pools, {}, { runId: 'r1' }, narrow), {
    slots: slotsOf('pipeline/narrow', 1),
  });
  assert.deepEqual(take(pools, {}, { runId: 'r2' }, narrow), { lacking: ['pipeline/narrow'] });
  assert.deepEqual(take(pools, {}, {}, { name: 'other', maxActiveSteps: 1 }), {
    slots: slotsOf('pipeline/other', 0),
  });
  assert.deepEqual(take(pools, {}, {}, { name: 'wide' }), { slots: [] });
});

test('every step of every pipeline takes a slot of the pool steps', () => {
  const pools = poolsOf({ sizes: { steps: 2 } });
  assert.deepEqual(take(pools, {}, {}, { name: 'one' }), { slots: slotsOf('steps', 0) });
  assert.deepEqual(take(pools, {}, {}, { name: 'two' }), { slots: slotsOf('steps', 1) });
  assert.deepEqual(take(pools, {}, {}, { name: 'three' }), { lacking: ['steps'] });
});

test('only steps that open the warehouse take a slot of its pool', () => {
  const pools = poolsOf({ sizes: { warehouse: 1 } });
  assert.deepEqual(take(pools, {}), { slots: [] });
  assert.deepEqual(take(pools, { kind: 'sql' }), {
    slots: slotsOf('warehouse', 0),
  });
  assert.deepEqual(take(pools, { kind: 'load' }), { lacking: ['warehouse'] });
});

test('what is held of a pool that became smaller counts against its size', () => {
  const held = [slotsOf('named', 0), slotsOf('named', 2)];
  const named = { pools: ['named'] };
  assert.deepEqual(take(poolsOf({ sizes: { named: 2 }, held }), named), { lacking: ['named'] });
  assert.deepEqual(take(poolsOf({ sizes: { named: 3 }, held }), named), {
    slots: slotsOf('named', 1),
  });
});
