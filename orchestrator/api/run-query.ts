import { instant, isoDate } from '@triad/shared/contracts/dates.ts';
import { runId } from '@triad/shared/contracts/names.ts';
import { runTrigger } from '@triad/shared/contracts/run-trigger.ts';
import { runState } from '@triad/shared/contracts/run-view.ts';
import type { RunFilter } from '@triad/shared/state/state-store.ts';
import { z } from 'zod';

/** How runs are searched for; all of it must match. */
export const runQuery = z.strictObject({
  pipeline: z.string().optional(),
  state: runState.optional(),
  trigger: runTrigger.optional(),
  runDateFrom: isoDate.optional().describe('Inclusive.'),
  runDateTo: isoDate.optional().describe('Inclusive.'),
  createdFrom: instant.optional().describe('Inclusive.'),
  createdTo: instant.optional().describe('Exclusive.'),
  q: z.string().min(1).max(100).optional().describe('Part of the run id or of the error code.'),
  before: runId.optional().describe('Only runs created before this one.'),
  limit: z.coerce.number().int().min(1).max(500).default(50),
});

export function filterOf(
  query: Omit<z.output<typeof runQuery>, 'limit'>,
): Omit<RunFilter, 'limit'> {
  const { pipeline, state, trigger, runDateFrom, runDateTo, before } = query;
  const { createdFrom, createdTo, q } = query;
  return {
    ...(pipeline && { pipeline }),
    ...(state && { state }),
    ...(trigger && { trigger }),
    ...(runDateFrom && { runDateFrom }),
    ...(runDateTo && { runDateTo }),
    ...(createdFrom && { createdFrom: new Date(createdFrom) }),
    ...(createdTo && { createdTo: new Date(createdTo) }),
    ...(q && { text: q }),
    ...(before && { before }),
  };
}
