import type { PipelineDefinition } from '@triad/shared/contracts/pipeline.ts';

const patient = { maxAttempts: 100, initialDelaySeconds: 0.1, maxDelaySeconds: 1 };

/** Three steps in a row, one of which fans out. */
export default {
  version: 1,
  name: 'chain',
  description: 'Steps of a job that can be killed at any time.',
  maxActiveRuns: 8,
  steps: [
    { name: 'first', kind: 'container', job: 'mortal', retry: patient },
    {
      name: 'each',
      kind: 'container',
      job: 'mortal',
      after: ['first'],
      forEach: { over: { values: ['a', 'b'] }, as: 'letter' },
      retry: patient,
    },
    {
      name: 'last',
      kind: 'container',
      job: 'mortal',
      after: ['each'],
      pools: ['solo'],
      retry: patient,
    },
  ],
} satisfies PipelineDefinition;
