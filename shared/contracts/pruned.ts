import { z } from 'zod';

/** How much was removed, or would be, as `POST /v1/state:prune` answers. */
export const pruned = z.strictObject({
  runs: z.array(z.string()).describe('Ids of the runs, oldest first.'),
  ticks: z.int(),
  deadLetters: z.int(),
  cacheEntries: z.int(),
  events: z.int(),
  alarms: z.int(),
  auditEntries: z.int(),
  tokens: z.int(),
});
export type Pruned = z.infer<typeof pruned>;
