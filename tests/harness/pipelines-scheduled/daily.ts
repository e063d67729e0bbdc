import type { PipelineDefinition } from '@triad/shared/contracts/pipeline.ts';

/** One step for each run date. */
export default {
  version: 1,
  name: 'daily',
  description: 'One step for each run date.',
  params: {
    gate: { type: 'string', description: 'Where the step waits for the file `go-<run id>`.' },
    size: { type: 'integer', description: 'The metric of the step.', default: 1, minimum: 1 },
  },
  steps: [{ name: 'only', kind: 'container', job: 'gated' }],
} satisfies PipelineDefinition;
