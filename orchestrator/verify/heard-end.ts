import type { JobView } from '@triad/shared/contracts/job-view.ts';
import type { Outcome } from '@triad/shared/contracts/outcome.ts';
import { exitCode } from '@triad/shared/errors/exit-code.ts';
import { type ErrorReport, TriadError } from '@triad/shared/errors/triad-error.ts';
import type { AttemptEnd } from '../run/react-to-end.ts';

/**
 * What an outcome, or the invoker's answer about a job, says of the end of an attempt; `undefined`
 * while the job runs. Success that is only heard is a failure: without a manifest nothing is done.
 */
export function heardEnd(
  heard: Pick<Outcome | JobView, 'state' | 'error' | 'exitCode'>,
): AttemptEnd | undefined {
  switch (heard.state) {
    case 'running':
      return undefined;
    case 'cancelled':
      return { state: 'cancelled' };
    case 'succeeded':
      return { state: 'failed', error: new TriadError('MANIFEST_MISSING').report() };
    case 'lost':
      return { state: 'failed', error: heard.error ?? new TriadError('JOB_LOST').report() };
    case 'failed':
      return { state: 'failed', error: heard.error ?? errorOfExit(heard.exitCode) };
  }
}

function errorOfExit(code: number | null): ErrorReport {
  const kind = code === exitCode.retryable ? 'JOB_TEMPFAIL' : 'JOB_EXITED';
  return new TriadError(kind, { exitCode: code ?? 'unknown' }).report();
}
