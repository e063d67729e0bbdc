import type { Evidence, Judge } from '../evidence.ts';
import { endOfMark } from '../high-water-mark.ts';
import { publishedTable } from './published-table.ts';

export const freshness: Judge<'freshness'> = ({ table, maxAgeSeconds }, { manifest, plan }) => {
  const mark = publishedTable(manifest, table)?.watermark;
  const end = endOfData(plan);
  const age = mark === undefined ? undefined : Math.max(0, (end - endOfMark(mark)) / 1000);
  return {
    name: `freshness of ${table}`,
    ok: age !== undefined && age <= maxAgeSeconds,
    expected: `data up to at most ${maxAgeSeconds} s before ${new Date(end).toISOString()}`,
    actual: age === undefined ? 'no watermark' : `${mark}, ${age} s before`,
  };
};

/** Until when there should be data: the end of the run's interval, or of its run date in UTC. */
const endOfData = ({ interval, runDate }: Evidence['plan']): number =>
  interval ? Date.parse(interval.end) : endOfMark(runDate);
