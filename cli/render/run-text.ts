import type { RunView } from '@triad/shared/contracts/run-view.ts';
import { errorText } from './error-text.ts';
import { metricLines } from './metric-lines.ts';
import { postconditionTable } from './postcondition-table.ts';
import { formatInstant } from './quantities.ts';
import { runStateText } from './state-glyph.ts';
import { stepLines } from './step-lines.ts';
import type { Style } from './style.ts';

/** A run for a person: what it was for, its steps as they stand at `now`, errors and metrics. */
export function runText(run: RunView, style: Style, now: Date): string {
  const { plan } = run;
  const params = Object.entries(run.params).map(([name, value]) => `${name}=${value}`);
  const notes = run.steps.flatMap(({ name, notes }) => notes.map((note) => `  ${name}: ${note}`));
  const waits = run.waitsFor?.map((what) => `  waits for ${what}`) ?? [];
  return [
    `${style.strong(run.pipeline)} ${run.runDate} ${runStateText(run.state, style)}`,
    `  run       ${run.runId}`,
    `  created   ${formatInstant(run.createdAt)} UTC, ${run.trigger}`,
    ...(run.finishedAt === null ? [] : [`  finished  ${formatInstant(run.finishedAt)} UTC`]),
    ...(params.length === 0 ? [] : [`  params    ${params.join(' ')}`]),
    `  pinned    plan ${plan.hash.slice(0, 12)}, code ${plan.codeRevision.slice(0, 12)}, seed ${plan.seed}`,
    ...waits.map(style.warning),
    '',
    ...stepLines(run, style, now),
    ...section('Notes', notes, style),
    ...section('Postconditions', postconditionTable(run, style), style),
    ...section('Metrics', metricLines(run.metrics), style),
    ...(run.error ? ['', errorText(run.error, style)] : []),
  ].join('\n');
}

const section = (title: string, lines: string[], style: Style): string[] =>
  lines.length === 0 ? [] : ['', style.strong(title), ...lines];
