import { TriadError } from '@triad/shared/errors/triad-error.ts';
import type { Finding } from './evidence.ts';

/**
 * The error of an attempt of which not everything holds that must: all of it, with expected and
 * actual. Only where nothing is known to be wrong, and time may tell more, is it to be retried.
 */
export function postconditionError(findings: readonly Finding[]): TriadError | undefined {
  const failing = findings.filter(({ ok }) => !ok);
  if (failing.length === 0) return undefined;
  const isUndecided = failing.every(({ undecided }) => undecided);
  return new TriadError(isUndecided ? 'POSTCONDITION_UNDECIDED' : 'POSTCONDITION_FAILED', {
    findings: failing
      .map(({ name, expected, actual }) => `${name}: expected ${expected}, found ${actual}`)
      .join('; '),
  });
}
