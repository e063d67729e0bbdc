import type { RunView, StepView } from '@triad/shared/contracts/run-view.ts';
import { formatDuration } from './quantities.ts';
import { stepGlyph } from './state-glyph.ts';
import { producedBy, timeTaken } from './step-lines.ts';
import type { Style } from './style.ts';

const BAR_CELLS = 30;
const DURATION_WIDTH = 9;

/** A finished run's steps as bars over the time that the run took. */
export function timeline(run: RunView, style: Style): string[] {
  const start = Date.parse(run.createdAt);
  const end = new Date(run.finishedAt ?? run.createdAt);
  const total = Math.max(1, end.getTime() - start);
  const width = Math.max(...run.steps.map(({ name }) => name.length));
  const lines = run.steps.map((step) => {
    const glyph = stepGlyph(step.state, style, end);
    const bar = style.active(barOf(step, start, total));
    const ms = timeTaken(step, end);
    const taken = (ms === undefined ? '' : formatDuration(ms)).padStart(DURATION_WIDTH);
    return `  ${glyph} ${step.name.padEnd(width)}  ${bar} ${taken}  ${style.faint(producedBy(step))}`;
  });
  const sum = formatDuration(total).padStart(width + BAR_CELLS + DURATION_WIDTH + 7);
  return [...lines.map((line) => line.trimEnd()), style.strong(sum)];
}

/** Each step that ran fills at least one cell, so that none is invisible. */
function barOf({ startedAt, finishedAt }: StepView, start: number, total: number): string {
  if (startedAt === null || finishedAt === null) return ' '.repeat(BAR_CELLS);
  const cellAt = (iso: string) => ((Date.parse(iso) - start) / total) * BAR_CELLS;
  const from = Math.min(BAR_CELLS - 1, Math.max(0, Math.floor(cellAt(startedAt))));
  const to = Math.min(BAR_CELLS, Math.max(from + 1, Math.round(cellAt(finishedAt))));
  return ' '.repeat(from) + '█'.repeat(to - from) + ' '.repeat(BAR_CELLS - to);
}
