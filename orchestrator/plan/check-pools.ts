import type { Pipeline, PipelineStep } from '@triad/shared/contracts/pipeline.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import { knownPool, type PoolSizes } from '../run/pools.ts';

/**
 * A step that needs a pool that does not exist would never be limited, and one that needs more of a
 * pool than it has would wait for ever. Errors: `PIPELINE_INVALID` for both.
 */
export function checkPools(pipelines: Iterable<Pipeline>, sizes: PoolSizes): void {
  for (const { name: pipeline, steps } of pipelines) {
    for (const step of steps) {
      const reason = unknownPool(step, sizes) ?? tooManyAccelerators(step, sizes);
      if (reason) throw new TriadError('PIPELINE_INVALID', { pipeline, reason });
    }
  }
}

function unknownPool({ name, pools }: PipelineStep, sizes: PoolSizes): string | undefined {
  const unknown = pools.find((pool) => !sizes.has(pool));
  if (unknown === undefined) return undefined;
  const known = [...sizes.keys()].join(', ') || 'none';
  return `step ${name}: pools: there is no pool ${unknown}; TRIAD_POOLS has ${known}`;
}

function tooManyAccelerators(
  { name, resources: { accelerator } }: PipelineStep,
  sizes: PoolSizes,
): string | undefined {
  const size = sizes.get(knownPool.gpu);
  if (!accelerator || size === undefined || accelerator.count <= size) return undefined;
  return `step ${name}: resources.accelerator.count: expected at most ${size}, the size of pool ${knownPool.gpu}, got ${accelerator.count}`;
}
