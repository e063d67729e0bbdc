import type { PipelineDefinition } from '@triad/shared/contracts/pipeline.ts';

/**
 * The reference pipeline: order lines in, RFM segments and customer lifetime values out.
 */
export default {
  version: 1,
  name: 'rfm',
  description: 'RFM segments and customer lifetime value from order lines.',
  // No schedule as it is shipped: a firing takes the default source, and simulated orders must not
  // come beside real ones. With a source of your own: schedule: { cron: '0 6 * * *' },
  cache: 'on',
  params: {
    source: {
      type: 'string',
      description: 'A source of sql/sources, as name or name:path.',
      default: 'simulated',
    },
    batch_size: { type: 'integer', description: 'Rows per load batch.', minimum: 1 },
    max_batches: { type: 'integer', description: 'Load at most this many batches.', minimum: 1 },
    customers: { type: 'integer', description: 'Customers of the simulated source.', minimum: 1 },
    calibration_end: {
      type: 'date',
      description: 'Last day the model is calibrated on; the holdout begins the day after.',
    },
    holdout_weeks: { type: 'integer', description: 'Length of the holdout, in weeks.', minimum: 1 },
    horizon: {
      type: 'integer',
      description: 'Weeks ahead that purchases and lifetime value are predicted for.',
      minimum: 1,
      default: 52,
    },
    discount_rate: {
      type: 'number',
      description: 'Discount rate per year of the lifetime value.',
      minimum: 0,
      default: 0.1,
    },
  },
  // What people read is published last, so that a run that fails before leaves it as it was.
  steps: [
    { name: 'load', kind: 'load' },
    {
      name: 'orders',
      kind: 'sql',
      after: ['load'],
      with: { tags: 'orders' },
      postconditions: [{ kind: 'rows', table: 'orders', min: 1 }],
    },
    {
      name: 'snapshot',
      kind: 'export',
      after: ['orders'],
      with: { table: 'orders' },
      postconditions: [{ kind: 'output', name: 'snapshot' }],
    },
    {
      name: 'train',
      kind: 'train',
      after: ['snapshot'],
      with: { learner: 'clv' },
      postconditions: [{ kind: 'output', name: 'model' }, { kind: 'canary' }],
    },
    {
      name: 'predict',
      kind: 'predict',
      after: ['snapshot', 'train'],
      with: { learner: 'clv' },
      postconditions: [{ kind: 'output', name: 'predictions' }],
    },
    {
      name: 'rfm',
      kind: 'sql',
      after: ['predict'],
      with: { except_tags: 'orders' },
      postconditions: [{ kind: 'partition', table: 'rfm' }],
    },
    {
      name: 'publish',
      kind: 'publish',
      // Its input comes from `predict`; `rfm` comes first so that neither is published without it.
      after: ['predict', 'rfm'],
      with: { table: 'clv' },
      postconditions: [{ kind: 'partition', table: 'clv' }],
    },
  ],
} satisfies PipelineDefinition;
