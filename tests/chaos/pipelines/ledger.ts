import type { PipelineDefinition } from '@triad/shared/contracts/pipeline.ts';

/** Publishes three rows of its run date. */
export default {
  version: 1,
  name: 'ledger',
  description: 'A publication into the warehouse.',
  steps: [
    {
      name: 'publish',
      kind: 'sql',
      with: { tags: 'ledger' },
      retry: { maxAttempts: 100, initialDelaySeconds: 0.1, maxDelaySeconds: 1 },
      postconditions: [{ kind: 'rows', table: 'ledger', min: 3, max: 3 }],
    },
  ],
} satisfies PipelineDefinition;
