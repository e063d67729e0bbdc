import type { RunEvent } from '@triad/shared/contracts/run-event.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import type { Decision } from './decide.ts';

/** Who decides an approval that nobody decided in time. */
const timeout = 'timeout';

/** The events that a decision becomes; one that needs a job is not among them. */
export function eventsOf(decision: Exclude<Decision, { do: 'dispatch' }>): RunEvent[] {
  switch (decision.do) {
    case 'skip':
      return [{ type: 'step_skipped', step: decision.step, because: decision.because }];
    case 'expand':
      return [{ type: 'step_expanded', step: decision.step, values: decision.values }];
    case 'refuse':
      return [{ type: 'step_refused', step: decision.step, error: decision.error }];
    case 'request_approval': {
      const expiresAt = decision.expiresAt.toISOString();
      return [{ type: 'approval_requested', step: decision.step, expiresAt }];
    }
    case 'decide_approval':
      return decidedApproval(decision.step, decision.decision, timeout, '');
    case 'finish':
      return [{ type: 'run_finished', state: decision.state, error: decision.error }];
  }
}

/** What somebody's decision of an approval step becomes. */
export function decidedApproval(
  step: string,
  decision: 'approved' | 'refused' | 'skipped',
  by: string,
  comment: string,
): RunEvent[] {
  const decided: RunEvent = { type: 'approval_decided', step, decision, by, comment };
  if (decision !== 'refused') return [decided];
  const error =
    by === timeout
      ? new TriadError('APPROVAL_TIMED_OUT', { step })
      : new TriadError('APPROVAL_REFUSED', { step, by, comment });
  return [decided, { type: 'step_refused', step, error: error.report() }];
}
