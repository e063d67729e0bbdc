import Table from 'cli-table3';
import type { Measurement } from './measure.ts';

/** A table for people; `met` says whether the target is. */
export function renderTable(measurements: Measurement[]): string {
  const table = new Table({
    head: ['what', 'mode', 'median', 'target', 'met', 'limit', '× limit', 'the limit is'],
    style: { head: [], border: [] },
  });
  for (const { name, mode, median, unit, target, limit, ratio, limitOf } of measurements) {
    const amount = (value: number | null) =>
      value === null
        ? '–'
        : `${value.toLocaleString('en', { maximumSignificantDigits: 3 })} ${unit}`;
    table.push([
      name,
      mode,
      amount(median),
      target === null ? '–' : `≤ ${amount(target)}`,
      target === null ? '–' : median <= target ? 'yes' : 'no',
      amount(limit),
      ratio === null ? '–' : ratio.toFixed(1),
      limitOf,
    ]);
  }
  return table.toString();
}
