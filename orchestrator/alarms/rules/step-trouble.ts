import type { AlarmCondition } from '@triad/shared/state/alarm-store.ts';
import type { PipelineFacts, RunProgress, StepProgress } from '../alarm-facts.ts';
import { instantText } from '../instant-text.ts';

/** Steps that need attempt after attempt. */
export function stepRetrying({ policy, unfinished }: PipelineFacts): AlarmCondition[] {
  return stepsOf(unfinished)
    .filter(({ attempts }) => attempts >= policy.attempts)
    .map(({ run, step, attempts, since, error }) => ({
      ...conditionOf(run, 'step_retrying', step),
      since,
      summary: `Step ${step} of run ${run.runId} for ${run.runDate} is at its attempt ${attempts}${error ? `; the last one failed: ${error.code}: ${error.message}` : '.'}`,
      fix: error?.fix ?? `Read what it wrote: triad logs ${run.runId} ${step}.`,
    }));
}

/** Steps that wait for a person. */
export function approvalWaiting({ unfinished }: PipelineFacts): AlarmCondition[] {
  return stepsOf(unfinished).flatMap(({ run, step, since, decisionBy }) =>
    decisionBy === null
      ? []
      : [
          {
            ...conditionOf(run, 'approval_waiting', step),
            since,
            summary: `Step ${step} of run ${run.runId} for ${run.runDate} waits for somebody to approve it, until ${instantText(decisionBy)}.`,
            fix: `Look at what the run has made so far (triad show ${run.runId}), then approve or refuse the step.`,
          },
        ],
  );
}

const stepsOf = (runs: RunProgress[]): (StepProgress & { run: RunProgress })[] =>
  runs.flatMap((run) => run.steps.map((step) => ({ ...step, run })));

const conditionOf = (
  { pipeline, runDate, runId }: RunProgress,
  kind: 'step_retrying' | 'approval_waiting',
  step: string,
) => ({ key: `${kind}/${pipeline}/${runId}/${step}`, kind, pipeline, runDate, runId });
