import type { PostconditionResult } from '@triad/shared/contracts/postcondition.ts';
import type { RunEvent, StepResult } from '@triad/shared/contracts/run-event.ts';
import type { ErrorReport } from '@triad/shared/errors/triad-error.ts';
import { backoff } from '@triad/shared/messenger/backoff.ts';
import type { Reaction } from './run-engine.ts';
import { isInFlight } from './run-status.ts';
import type { StepStatus } from './step-status.ts';

/** How an attempt ended, after verification. */
export type AttemptEnd =
  | { state: 'succeeded'; result: StepResult }
  | { state: 'failed'; error: ErrorReport; postconditions?: PostconditionResult[] }
  | { state: 'cancelled' };

/**
 * The reaction to the end of an attempt. An attempt that is not the step's current one (a duplicate
 * outcome, or a zombie that a newer attempt replaced) changes nothing.
 */
export function reactToEnd(
  stepName: string,
  attempt: number,
  end: AttemptEnd,
  now: Date,
  random: () => number,
): Reaction {
  return (_plan, status) => {
    const own = status.steps.get(stepName);
    if (!own || !isInFlight(status, stepName, attempt)) return [];
    const which = { step: stepName, attempt };
    if (end.state === 'succeeded') {
      return [{ type: 'step_succeeded', ...which, result: end.result }];
    }
    const isCancelling = status.state === 'cancelling';
    if (end.state === 'cancelled' || isCancelling) return [{ type: 'step_cancelled', ...which }];
    const retryAt = retryTime(own, end.error, now, random);
    const failed: RunEvent = {
      type: 'step_failed',
      ...which,
      error: end.error,
      retryAt: retryAt?.toISOString() ?? null,
      ...(end.postconditions && { postconditions: end.postconditions }),
    };
    return [failed];
  };
}

/** When to try again: what a rule names, or can succeed without anyone's help, while attempts are left. */
function retryTime(
  own: StepStatus,
  error: ErrorReport,
  now: Date,
  random: () => number,
): Date | undefined {
  const made = own.attempts.length - own.forgiven;
  const { retry } = own.definition;
  const rule = retry.rules.find(({ errors }) => errors.includes(error.code));
  const { maxAttempts, initialDelaySeconds, maxDelaySeconds } = rule ?? retry;
  if (!(rule || error.retryable) || made >= maxAttempts) return undefined;
  const policy = { initialMs: initialDelaySeconds * 1000, maxMs: maxDelaySeconds * 1000 };
  return new Date(now.getTime() + backoff(made, policy, random));
}
