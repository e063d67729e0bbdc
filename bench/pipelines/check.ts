import type { PipelineDefinition } from '@triad/shared/contracts/pipeline.ts';

/** One step that does next to nothing, to measure what happens around it. */
export default {
  version: 1,
  name: 'check',
  description: 'Runs the assertions on the published tables.',
  steps: [{ name: 'check', kind: 'check' }],
} satisfies PipelineDefinition;
