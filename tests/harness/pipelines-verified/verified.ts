import type { PipelineDefinition } from '@triad/shared/contracts/pipeline.ts';

/** Orders and a model of them, with postconditions that only the workload can verify. */
export default {
  version: 1,
  name: 'verified',
  description: 'A model whose data and artifact are verified.',
  params: { source: { type: 'string', description: 'A source of orders.', required: true } },
  steps: [
    { name: 'load', kind: 'load' },
    {
      name: 'orders',
      kind: 'sql',
      after: ['load'],
      with: { tags: 'orders' },
      postconditions: [
        { kind: 'partition', table: 'orders' },
        { kind: 'checks' },
        {
          kind: 'sql',
          name: 'buyers',
          query: `SELECT COUNT(DISTINCT id_customer) FROM orders WHERE run_date = @run_date`,
          min: 40,
        },
        {
          kind: 'sql',
          name: 'no-unlucky',
          query: 'SELECT id_customer FROM orders WHERE run_date = @run_date AND sales_ar = 13',
          returns: 'offending_rows',
        },
      ],
    },
    { name: 'snapshot', kind: 'export', after: ['orders'], with: { table: 'orders' } },
    {
      name: 'train',
      kind: 'train',
      after: ['snapshot'],
      with: { learner: 'clv' },
      postconditions: [
        { kind: 'outputs', names: ['model'] },
        {
          kind: 'canary',
          scores: { p_alive: { min: 0, max: 1 }, expected_value: { min: 1, max: 500 } },
        },
      ],
    },
    { name: 'done', kind: 'container', job: 'scripted', after: ['train'] },
  ],
} satisfies PipelineDefinition;
