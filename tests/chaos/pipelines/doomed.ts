import type { PipelineDefinition } from '@triad/shared/contracts/pipeline.ts';

/** Fails for good, unless it is asked not to. */
export default {
  version: 1,
  name: 'doomed',
  description: 'A failure that people must hear of.',
  params: { broken: { type: 'boolean', description: 'Whether it fails.', default: true } },
  steps: [
    {
      name: 'only',
      kind: 'container',
      job: 'mortal',
      retry: { maxAttempts: 100, initialDelaySeconds: 0.1, maxDelaySeconds: 1 },
    },
  ],
} satisfies PipelineDefinition;
