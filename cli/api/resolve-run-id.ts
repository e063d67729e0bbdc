import { TriadError } from '@triad/shared/errors/triad-error.ts';
import { notFound } from './not-found.ts';
import type { OrchestratorApi } from './orchestrator-api.ts';

/** Length of a whole run id. */
const WHOLE = 26;
const SHOWN = 3;

/** The id of the one run that starts with `prefix`; of none `NOT_FOUND`, of several `USAGE`. */
export async function resolveRunId(api: OrchestratorApi, prefix: string): Promise<string> {
  const wanted = prefix.toLowerCase();
  if (wanted.length >= WHOLE) return wanted;
  const found: string[] = [];
  for await (const { runId } of api.runs({ q: wanted })) {
    if (runId.startsWith(wanted)) found.push(runId);
    if (found.length > SHOWN) break;
  }
  const [only] = found;
  if (only === undefined) throw notFound('run', prefix, 'triad runs');
  if (found.length > 1) {
    const some = found.slice(0, SHOWN).join(', ') + (found.length > SHOWN ? ', …' : '');
    throw new TriadError('USAGE', { reason: `${prefix} is the start of several runs: ${some}` });
  }
  return only;
}
