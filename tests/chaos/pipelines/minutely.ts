import type { PipelineDefinition } from '@triad/shared/contracts/pipeline.ts';

/** Is due every minute, whoever is dead then. */
export default {
  version: 1,
  name: 'minutely',
  description: 'A schedule.',
  schedule: { cron: '* * * * *', catchUp: 'all', overlap: 'allow' },
  steps: [
    {
      name: 'only',
      kind: 'container',
      job: 'mortal',
      retry: { maxAttempts: 100, initialDelaySeconds: 0.1, maxDelaySeconds: 1 },
    },
  ],
} satisfies PipelineDefinition;
