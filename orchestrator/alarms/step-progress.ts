import type { RunEvent } from '@triad/shared/contracts/run-event.ts';
import type { StepProgress } from './alarm-facts.ts';

/** Folds the events of an unfinished run into its steps that were begun and have not ended. */
export function stepProgress(events: readonly { at: Date; event: RunEvent }[]): StepProgress[] {
  const steps = new Map<string, StepProgress>();
  for (const { at, event } of events) {
    switch (event.type) {
      case 'step_dispatched': {
        const { step } = event;
        const begun = steps.get(step) ?? begin(step, at);
        steps.set(step, { ...begun, attempts: begun.attempts + 1 });
        break;
      }
      case 'step_failed': {
        const begun = steps.get(event.step);
        if (event.retryAt === null) steps.delete(event.step);
        else if (begun) steps.set(event.step, { ...begun, error: event.error });
        break;
      }
      case 'approval_requested':
        steps.set(event.step, { ...begin(event.step, at), decisionBy: new Date(event.expiresAt) });
        break;
      case 'approval_decided':
      case 'step_succeeded':
      case 'step_reused':
      case 'step_skipped':
      case 'step_cancelled':
        steps.delete(event.step);
        break;
      case 'retry_requested':
      case 'run_finished':
        steps.clear();
    }
  }
  return [...steps.values()];
}

const begin = (step: string, since: Date): StepProgress => ({
  step,
  since,
  attempts: 0,
  error: null,
  decisionBy: null,
});
