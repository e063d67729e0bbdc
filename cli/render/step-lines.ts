import type { RunView, StepView } from '@triad/shared/contracts/run-view.ts';
import { formatDuration, formatRows } from './quantities.ts';
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

/** Milliseconds that the step's last attempt took, or has taken up to `now` while it runs. */
export function timeTaken({ history, finishedAt, state, ...step }: StepView, now: Date) {
  const startedAt = history.at(-1)?.startedAt ?? step.startedAt;
  if (startedAt === null) return undefined;
  const end = finishedAt ?? (state === 'dispatched' ? now.toISOString() : null);
  return end === null ? undefined : Date.parse(end) - Date.parse(startedAt);
}

function hint(step: StepView, style: Style): string {
  if (step.error) {
    const again = step.state === 'waiting' || step.state === 'ready' ? '; it is tried again' : '';
    return style.bad(`${step.error.code}${again}`);
  }
  if (step.state === 'awaiting') {
    return style.warning(`waits for an approval until ${step.approvalExpiresAt}`);
  }
  if (step.skipped !== null) return style.faint(`skipped: ${step.skipped}`);
  if (step.reuse) return style.faint(reuseText(step.reuse));
  const attempts = step.attempts > 1 ? `attempt ${step.attempts}` : '';
  return style.faint([attempts, producedBy(step)].filter((part) => part !== '').join(', '));
}

/** Why a step was not done: `reused from run 01j… of 2026-01-31 06:00, saved 3.2 s`. */
function reuseText({ from, savedMs }: NonNullable<StepView['reuse']>): string {
  const when = from.at.slice(0, 16).replace('T', ' ');
  return `same inputs, parameters and code as in run ${from.runId} of ${when}; saved ${formatDuration(savedMs)}`;
}

const SHOWN_PRODUCTS = 2;

/** What a step produced: `orders 18,532 rows, rfm 4,338 rows, 3 more`. */
export function producedBy({ tables, outputs }: StepView): string {
  const products = [
    ...tables.map(({ table, rows }) => `${table} ${formatRows(rows)}`),
    ...outputs.map(({ name, rows }) => (rows === undefined ? name : `${name} ${formatRows(rows)}`)),
  ];
  const more = products.length - SHOWN_PRODUCTS;
  const shown = products.slice(0, more > 1 ? SHOWN_PRODUCTS : products.length);
  return [...shown, ...(more > 1 ? [`${more} more`] : [])].join(', ');
}
