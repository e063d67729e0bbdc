import { z } from 'zod';

/** Why a run was created. */
export const runTrigger = z.enum([
  'manual',
  'schedule',
  'backfill',
  'event',
  'sensor',
  'pipeline',
  'rerun',
  /** A sensor asks the warehouse: the look itself, not what it starts. */
  'look',
]);
export type RunTrigger = z.infer<typeof runTrigger>;
