import Table from 'cli-table3';
import type { Style } from './style.ts';

export interface Column {
  head: string;
  /** @default 'left' */
  align?: 'left' | 'right';
}

const noBorder = '';

/** A table without borders: a head, then a line per row, two spaces between columns. */
export function renderTable(columns: Column[], rows: string[][], style: Style): string {
  const table = new Table({
    head: columns.map(({ head }) => style.strong(head)),
    colAligns: columns.map(({ align = 'left' }) => align),
    chars: {
      top: noBorder,
      'top-mid': noBorder,
      'top-left': noBorder,
      'top-right': noBorder,
      bottom: noBorder,
      'bottom-mid': noBorder,
      'bottom-left': noBorder,
      'bottom-right': noBorder,
      left: noBorder,
      'left-mid': noBorder,
      mid: noBorder,
      'mid-mid': noBorder,
      right: noBorder,
      'right-mid': noBorder,
      middle: '  ',
    },
    // Colours are given by `style`, which knows whether the stream shows any.
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  table.push(...rows);
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}
