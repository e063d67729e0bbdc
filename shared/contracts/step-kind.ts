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
  /** Asks the warehouse for one value, for a sensor. */
  'sense',
  'canary',
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
  sense: 'sql-runner',
  train: 'trainer',
  predict: 'trainer',
  canary: 'trainer',
};

/** The job whose steps hold a slot of the warehouse's pool while they run. */
export const warehouseJob = 'sql-runner';
