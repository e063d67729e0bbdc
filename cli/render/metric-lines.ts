import { formatNumber } from './quantities.ts';

/** Metrics as aligned lines, in the order of their names. */
export function metricLines(metrics: Record<string, number>): string[] {
  const entries = Object.entries(metrics).sort(([a], [b]) => (a < b ? -1 : 1));
  const width = Math.max(0, ...entries.map(([name]) => name.length));
  return entries.map(([name, value]) => `  ${name.padEnd(width)}  ${formatNumber(value)}`);
}
