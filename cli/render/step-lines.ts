import type { RunView, StepView } from '@triad/shared/contracts/run-view.ts';
import { formatCount, formatDuration } from './quantities.ts';
import { stepGlyph } from './state-glyph.ts';
import type { Style } from './style.ts';

const DURATION_WIDTH = 9;

/** The run's steps as they stand at `now`, a line each: state, name, time taken, what came out. */
export function stepLines({ steps }: RunView, style: Style, now: Date): string[] {
  const width = Math.max(...steps.map(({ name }) => name.length));
  return steps.map((step) => {
    const taken = timeTaken(step, now);
    const duration = (taken === undefined ? '' : formatDuration(taken)).padStart(DURATION_WIDTH);
    const glyph = stepGlyph(step.state, style, now);
    return `  ${glyph} ${step.name.padEnd(width)} ${duration}  ${hint(step, style)}`.trimEnd();
  });
}

/** Milliseconds from the step's first start to its end, or to `now` while it runs. */
export function timeTaken({ startedAt, finishedAt, state }: StepView, now: Date) {
  if (startedAt === null) return undefined;
  const end = finishedAt ?? (state === 'dispatched' ? now.toISOString() : null);
  return end === null ? undefined : Date.parse(end) - Date.parse(startedAt);
}

function hint(step: StepView, style: Style): string {
  if (step.error) {
    const again = step.state === 'waiting' || step.state === 'ready' ? '; it is tried again' : '';
    return style.bad(`${step.error.code}${again}`);
  }
  const attempts = step.attempts > 1 ? `attempt ${step.attempts}` : '';
  return style.faint([attempts, producedBy(step)].filter((part) => part !== '').join(', '));
}

/** What a step produced: `rfm 4,338 rows`. */
export function producedBy({ tables, outputs }: StepView): string {
  const published = tables.map(({ table, rows }) => `${table} ${formatCount(rows)} rows`);
  const files = outputs.map(({ name, rows }) =>
    rows === undefined ? name : `${name} ${formatCount(rows)} rows`,
  );
  return [...published, ...files].join(', ');
}
