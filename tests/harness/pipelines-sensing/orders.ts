import type { PipelineDefinition } from '@triad/shared/contracts/pipeline.ts';

/** Loads order lines when an event says that there are some. */
export default {
  version: 1,
  name: 'orders',
  description: 'Order lines into the warehouse.',
  triggers: [
    {
      on: 'event',
      type: 'com.example.orders.landed',
      params: { source: 'file.source' },
      runDate: 'day',
    },
  ],
  params: { source: { type: 'string', description: 'What to load.', required: true } },
  steps: [{ name: 'load', kind: 'load' }],
} satisfies PipelineDefinition;
