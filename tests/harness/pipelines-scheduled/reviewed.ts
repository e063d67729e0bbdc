import type { PipelineDefinition } from '@triad/shared/contracts/pipeline.ts';

/** Steps around a person's decision. */
export default {
  version: 1,
  name: 'reviewed',
  description: 'A result that a person looks at before it is used.',
  steps: [
    { name: 'make', kind: 'container', job: 'gated' },
    { name: 'review', kind: 'approval', after: ['make'] },
    { name: 'polish', kind: 'container', job: 'gated', after: ['review'] },
    { name: 'use', kind: 'container', job: 'gated', after: ['polish'] },
  ],
} satisfies PipelineDefinition;
