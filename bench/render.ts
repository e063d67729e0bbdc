import { plainStyle } from '../cli/render/style.ts';
import { type Column, renderTable } from '../cli/render/table.ts';
import { isRate, type Measurement } from './measure.ts';

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
  const rows = measurements.map((measurement) => {
    const { name, median, unit, limit, ratio } = measurement;
    return [
      name,
      amount(median, unit),
      ...aim(measurement),
      limit === null ? '–' : amount(limit, unit),
      ratio === null ? '–' : ratio.toFixed(1),
    ];
  });
  return `${renderTable(columns, rows, plainStyle)}\n\n${measurements.map(legend).join('\n')}`;
}

function aim({ median, unit, target }: Measurement): [target: string, met: string] {
  if (target === null) return ['–', '–'];
  const isMet = isRate(unit) ? median >= target : median <= target;
  return [`${isRate(unit) ? '≥' : '≤'} ${amount(target, unit)}`, isMet ? 'yes' : 'no'];
}

function legend({ name, mode, limitOf, published }: Measurement): string {
  const limit = limitOf === null ? '' : `; the limit is ${limitOf}`;
  const others = published === null ? '' : ` Published for others: ${published}.`;
  return `  ${name}: ${mode}${limit}.${others}`;
}

const amount = (value: number, unit: string) =>
  `${value.toLocaleString('en', { maximumSignificantDigits: 3 })} ${unit}`;
