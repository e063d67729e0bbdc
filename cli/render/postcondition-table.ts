import type { RunView } from '@triad/shared/contracts/run-view.ts';
import type { Style } from './style.ts';
import { renderTable } from './table.ts';

const indent = '  ';

/** What was verified of the run's steps, what does not hold first; nothing without any. */
export function postconditionTable({ steps }: RunView, style: Style): string[] {
  const found = steps.flatMap(({ name, postconditions = [] }) =>
    postconditions.map((condition) => ({ step: name, ...condition })),
  );
  if (found.length === 0) return [];
  const inOrder = found.toSorted((a, b) => Number(a.ok) - Number(b.ok));
  const rows = inOrder.map(({ step, name, ok, expected, actual }) => [
    ok ? style.good('✓') : style.bad('✗'),
    step,
    name,
    expected,
    ok ? actual : style.bad(actual),
  ]);
  const columns = ['', 'step', 'postcondition', 'expected', 'actual'].map((head) => ({ head }));
  return renderTable(columns, rows, style)
    .split('\n')
    .map((line) => `${indent}${line}`);
}
