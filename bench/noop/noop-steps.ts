import type { PipelineDefinition } from '@triad/shared/contracts/pipeline.ts';

/** A pipeline of `count` steps in a row, each of which does nothing. */
export const noopSteps = (count: number): PipelineDefinition => ({
  version: 1,
  name: `noop-${count}`,
  description: `${count} steps that do nothing, one after another.`,
  steps: Array.from({ length: count }, (_, index) => ({
    name: `s${index + 1}`,
    kind: 'container',
    job: 'noop',
    after: index === 0 ? [] : [`s${index}`],
  })),
});
