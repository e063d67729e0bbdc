import type { Judge } from '../evidence.ts';
import { endOfMark } from '../high-water-mark.ts';
import { publishedTable } from './published-table.ts';

export const watermark: Judge<'watermark'> = async ({ table, mayStay }, { manifest, previous }) => {
  const mark = publishedTable(manifest, table)?.watermark;
  const before = publishedTable((await previous())?.result, table)?.watermark;
  return {
    name: `watermark of ${table}`,
    ok: mark !== undefined && (before === undefined || hasMoved(before, mark, mayStay)),
    expected:
      before === undefined ? 'a watermark' : `${mayStay ? 'not before' : 'after'} ${before}`,
    actual: mark ?? 'none',
  };
};

function hasMoved(before: string, mark: string, mayStay: boolean): boolean {
  const movedMs = endOfMark(mark) - endOfMark(before);
  return mayStay ? movedMs >= 0 : movedMs > 0;
}
