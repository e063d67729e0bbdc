import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PipelineDefinition } from '@triad/shared/contracts/pipeline.ts';
import { checkPools } from '../../../../orchestrator/plan/check-pools.ts';
import { pipelineOf } from '../../../harness/run-fixtures.ts';

type Step = PipelineDefinition['steps'][number];

const check = (step: Partial<Step>, sizes: Record<string, number>) =>
  checkPools(
    [pipelineOf([{ name: 'fit', kind: 'train', ...step }])],
    new Map(Object.entries(sizes)),
  );
const gpus = (count: number): Partial<Step> => ({
  resources: { accelerator: { type: 'NVIDIA_L4', count } },
});

test('a step may need pools that exist, and as many accelerators as there are', () => {
  check({ pools: ['api'], ...gpus(2) }, { api: 1, gpu: 2 });
});

test('accelerators are not limited where there is no pool of them', () => {
  check(gpus(8), {});
});

test('a step that needs a pool that does not exist is refused', () => {
  assert.throws(() => check({ pools: ['apo'] }, { api: 1 }), {
    code: 'PIPELINE_INVALID',
    message: /step fit: pools: there is no pool apo; TRIAD_POOLS has api/,
  });
});

test('a step that needs more accelerators than there are is refused', () => {
  assert.throws(() => check(gpus(3), { gpu: 2 }), {
    code: 'PIPELINE_INVALID',
    message: /step fit: resources.accelerator.count: expected at most 2, .* got 3/,
  });
});
