import type { Clock } from '@triad/shared/clock/clock.ts';
import type { StepView } from '@triad/shared/contracts/run-view.ts';
import { formatDuration } from './quantities.ts';
import type { RunProgress } from './run-progress.ts';
import { producedBy, timeTaken } from './step-lines.ts';
import type { TextOutput } from './terminal.ts';

/** A line for the run, then a line for each change of a step. */
export function plainProgress(
  output: Pick<TextOutput, 'line'>,
  clock: Pick<Clock, 'now'>,
): RunProgress {
  const shown = new Map<string, string>();
  return {
    show(run) {
      if (shown.size === 0) output.line(`run ${run.runId}: ${run.pipeline} ${run.runDate}`);
      for (const step of run.steps) {
        const change = `${step.state} ${step.attempts}`;
        const line = describe(step, clock.now());
        if (line !== undefined && shown.get(step.name) !== change) output.line(line);
        shown.set(step.name, change);
      }
    },
    note: (text) => output.line(text),
    close() {},
  };
}

function describe(step: StepView, now: Date): string | undefined {
  const { name, state, attempts, error } = step;
  switch (state) {
    case 'dispatched':
      return `${name}: started${attempts > 1 ? `, attempt ${attempts}` : ''}`;
    case 'succeeded': {
      const produced = producedBy(step);
      const taken = formatDuration(timeTaken(step, now) ?? 0);
      return `${name}: succeeded in ${taken}${produced === '' ? '' : `: ${produced}`}`;
    }
    case 'failed':
      return `${name}: failed: ${error?.code}: ${error?.message}`;
    case 'waiting':
    case 'ready':
      return error ? `${name}: ${error.code}: ${error.message} It is tried again.` : undefined;
    case 'cancelled':
    case 'skipped':
      return `${name}: ${state}`;
  }
}
