import type { PipelineStep } from '@triad/shared/contracts/pipeline.ts';
import type { RunEvent } from '@triad/shared/contracts/run-event.ts';
import type { RunPlan } from '@triad/shared/contracts/run-plan.ts';

export interface TimedEvent {
  at: Date;
  event: RunEvent;
}

/** The declared step of a name; one of many instances, `<step>-<n>`, has that of its step. */
export const declaredStep = (plan: RunPlan, name: string): PipelineStep | undefined =>
  plan.pipeline.steps.find((step) => step.name === name) ??
  plan.pipeline.steps.find((step) => step.name === name.replace(/-\d+$/, ''));

/** When an attempt was dispatched; `undefined` when it was not. */
export const dispatchedAt = (
  events: readonly TimedEvent[],
  step: string,
  attempt: number,
): Date | undefined =>
  events.find(
    ({ event }) =>
      event.type === 'step_dispatched' && event.step === step && event.attempt === attempt,
  )?.at;

/** Since when a step could have started, as `earlier` events tell: its dispatch is not among them. */
export function readySince(plan: RunPlan, earlier: readonly TimedEvent[], name: string): Date {
  const after = declaredStep(plan, name)?.after ?? [];
  return earlier.reduce((latest, { at, event }) => {
    const since = releaseOf(event, at, name, after);
    return since && since > latest ? since : latest;
  }, plan.createdAt);
}

/** When an event let the step `name` start, or try again; `undefined` when it did not. */
function releaseOf(event: RunEvent, at: Date, name: string, after: string[]): Date | undefined {
  if (event.type === 'run_admitted' || event.type === 'retry_requested') return at;
  if (!('step' in event)) return undefined;
  if (event.step === name) {
    return event.type === 'step_failed' && event.retryAt ? new Date(event.retryAt) : undefined;
  }
  return after.some((one) => event.step === one || event.step.replace(/-\d+$/, '') === one)
    ? at
    : undefined;
}
