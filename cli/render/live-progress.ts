import type { Clock } from '@triad/shared/clock/clock.ts';
import type { RunView } from '@triad/shared/contracts/run-view.ts';
import { createLogUpdate } from 'log-update';
import type { RunProgress } from './run-progress.ts';
import { stepLines } from './step-lines.ts';
import type { TextOutput } from './terminal.ts';

/** The run's steps, redrawn in place. */
export function liveProgress({ stream, style }: TextOutput, clock: Clock): RunProgress {
  const display = createLogUpdate(stream);
  let last: RunView | undefined;
  return {
    show(run) {
      last = run;
      const title = `${style.strong(run.pipeline)} ${run.runDate}  ${style.faint(run.runId)}`;
      display([title, ...stepLines(run, style, clock.now())].join('\n'));
    },
    note: (text) => display.persist(text),
    close() {
      if (last?.state === 'succeeded') display.clear();
      display.done();
    },
  };
}
