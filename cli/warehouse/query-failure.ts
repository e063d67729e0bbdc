import { errorReport } from '@triad/shared/contracts/error-report.ts';
import { errorFromReport } from '@triad/shared/errors/error-from-report.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import { parseJson } from '@triad/shared/http/http-json.ts';
import { z } from 'zod';

const failure = z.object({ error: errorReport });

/** What a query process told on standard error: a line of its own, around which Node may write warnings. */
export function queryFailure(complaint: string): TriadError {
  for (const line of complaint.split('\n').toReversed()) {
    const { success, data } = failure.safeParse(parseJson(line));
    if (success) return errorFromReport(data.error);
  }
  return new TriadError('INTERNAL', { reason: `the query process failed: ${complaint.trim()}` });
}
