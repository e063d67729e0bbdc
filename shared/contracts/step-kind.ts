import { z } from 'zod';

/**
 * What a step does. All but `container` are done by a job of Triad's own;
 * a `container` step names its job in `job`.
 */
export const stepKind = z.enum([
  'load',
  'sql',
  'check',
  'export',
  'publish',
  'train',
  'predict',
  'container',
]);
export type StepKind = z.infer<typeof stepKind>;

/** The job that does each kind. */
export const jobOfKind: Record<Exclude<StepKind, 'container'>, string> = {
  load: 'sql-runner',
  sql: 'sql-runner',
  check: 'sql-runner',
  export: 'sql-runner',
  publish: 'sql-runner',
  train: 'trainer',
  predict: 'trainer',
};

/** The job whose steps hold the warehouse lease while they run. */
export const warehouseJob = 'sql-runner';
