import { plainStyle } from '../cli/render/style.ts';
import { type Column, renderTable } from '../cli/render/table.ts';
import type { Measurement } from './measure.ts';

const columns: Column[] = [
  { head: 'what' },
  { head: 'median', align: 'right' },
  { head: 'target', align: 'right' },
  { head: 'met' },
  { head: 'limit', align: 'right' },
  { head: '× limit', align: 'right' },
];

/** A table for people, and below it what was measured against what. */
export function renderMeasurements(measurements: Measurement[]): string {
  const rows = measurements.map(({ name, median, unit, target, limit, ratio }) => [
    name,
    amount(median, unit),
    target === null ? '–' : `≤ ${amount(target, unit)}`,
    target === null ? '–' : median <= target ? 'yes' : 'no',
    limit === null ? '–' : amount(limit, unit),
    ratio === null ? '–' : ratio.toFixed(1),
  ]);
  const legend = measurements.map(
    ({ name, mode, limitOf }) => `  ${name}: ${mode}; the limit is ${limitOf}.`,
  );
  return `${renderTable(columns, rows, plainStyle)}\n\n${legend.join('\n')}`;
}

const amount = (value: number, unit: string) =>
  `${value.toLocaleString('en', { maximumSignificantDigits: 3 })} ${unit}`;
