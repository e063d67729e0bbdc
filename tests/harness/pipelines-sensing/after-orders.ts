import type { PipelineDefinition } from '@triad/shared/contracts/pipeline.ts';

/** Runs after each load, and whenever there are more order lines than before. */
export default {
  version: 1,
  name: 'after-orders',
  description: 'What follows from new orders.',
  triggers: [
    {
      on: 'pipeline',
      pipeline: 'orders',
      params: { loaded: 'params.source', lines: 'metrics.load.rows' },
    },
  ],
  sensors: [
    {
      name: 'lines',
      everySeconds: 1,
      payloadKey: 'lines',
      watch: { kind: 'sql', query: 'SELECT COUNT(*) FROM order_lines' },
    },
  ],
  params: {
    loaded: { type: 'string', description: 'The source of the load.' },
    lines: { type: 'integer', description: 'How many order lines there are.' },
  },
  steps: [{ name: 'only', kind: 'container', job: 'scripted' }],
} satisfies PipelineDefinition;
