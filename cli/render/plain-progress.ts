import type { Clock } from '@triad/shared/clock/clock.ts';
import type { StepView } from '@triad/shared/contracts/run-view.ts';
import { formatDuration } from './quantities.ts';
import type { RunProgress } from './run-progress.ts';
import { producedBy, timeTaken } from './step-lines.ts';
import type { TextOutput } from './terminal.ts';

/** A line for the run, then a line for each thing that happened to a step. */
export function plainProgress(
  output: Pick<TextOutput, 'line'>,
  clock: Pick<Clock, 'now'>,
): RunProgress {
  /** How many lines of each step were told. */
  const told = new Map<string, number>();
  const asked = new Set<string>();
  return {
    show(run) {
      if (told.size === 0) output.line(`run ${run.runId}: ${run.pipeline} ${run.runDate}`);
      for (const step of run.steps) {
        const lines = storyOf(step, clock.now());
        for (const line of lines.slice(told.get(step.name) ?? 0)) output.line(line);
        told.set(step.name, lines.length);
        if (step.state !== 'awaiting' || asked.has(step.name)) continue;
        asked.add(step.name);
        output.line(
          `${step.name}: waits for an approval until ${step.approvalExpiresAt}: triad approve ${run.runId} ${step.name}`,
        );
      }
    },
    note: (text) => output.line(text),
    close() {},
  };
}

/**
 * What has happened to a step so far, oldest first. It is told from the attempts, since one can
 * begin and end between two looks at the run.
 */
function storyOf(step: StepView, now: Date): string[] {
  const { name, state, history, notes, error } = step;
  const lines = history.flatMap((attempt) => [
    startOf(step, attempt),
    ...endOf(step, attempt, now),
  ]);
  if (step.reuse) lines.push(`${name}: reused from run ${step.reuse.from.runId}`);
  // An approval has no attempts: who decided is in its notes.
  else if (state === 'succeeded' && history.length === 0)
    lines.push(`${name}: ${notes.join('; ')}`);
  if (state === 'failed' && history.length === 0) lines.push(failureOf(name, error));
  const endedWithoutJob = state === 'skipped' || state === 'cancelled';
  if (endedWithoutJob && history.at(-1)?.state !== 'cancelled') lines.push(`${name}: ${state}`);
  return lines;
}

type Attempt = StepView['history'][number];

const startOf = ({ name }: StepView, { attempt }: Attempt): string =>
  `${name}: started${attempt > 1 ? `, attempt ${attempt}` : ''}`;

function endOf(step: StepView, { attempt, state, error }: Attempt, now: Date): string[] {
  const { name } = step;
  switch (state) {
    case 'dispatched':
      return [];
    case 'succeeded':
      return [`${name}: succeeded in ${resultOf(step, now)}`];
    case 'cancelled':
      return [`${name}: cancelled`];
    case 'failed':
      return step.state === 'failed' && attempt === step.attempts
        ? [failureOf(name, error)]
        : [`${name}: ${error?.code}: ${error?.message} It is tried again.`];
  }
}

const failureOf = (name: string, error: StepView['error']): string =>
  `${name}: failed: ${error?.code}: ${error?.message}`;

function resultOf(step: StepView, now: Date): string {
  const produced = producedBy(step);
  return formatDuration(timeTaken(step, now) ?? 0) + (produced === '' ? '' : `: ${produced}`);
}
