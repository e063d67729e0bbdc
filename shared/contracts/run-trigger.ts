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
]);
export type RunTrigger = z.infer<typeof runTrigger>;
