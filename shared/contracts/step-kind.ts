import { z } from 'zod';

/**
 * What a step does. A `container` step names its job or its program, and an `approval` step waits for a
 * person; all others are done by a job of Triad's own.
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
  'approval',
]);
export type StepKind = z.infer<typeof stepKind>;

/** The job that does each kind. */
export const jobOfKind: Record<Exclude<StepKind, 'container' | 'approval'>, string> = {
  load: 'sql-runner',
  sql: 'sql-runner',
  check: 'sql-runner',
  export: 'sql-runner',
  publish: 'sql-runner',
  train: 'trainer',
  predict: 'trainer',
};

/** The job whose steps hold a slot of the warehouse's pool while they run. */
export const warehouseJob = 'sql-runner';
