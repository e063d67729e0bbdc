import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryDirectory } from '../temporary-directory.ts';

/** id_customer, order_date, sales_ar */
export type OrderRow = readonly [string, string, number | string];

/** Orders as a CSV file for the source `orders`; gives the parameter `source` that loads it. */
export async function orderSource(rows: readonly OrderRow[]): Promise<string> {
  const lines = rows.map((row) => row.join(','));
  return `orders:${await fileWith(['id_customer,order_date,sales_ar', ...lines].join('\n'), 'csv')}`;
}

/** A file with this content and ending. */
export async function fileWith(content: string | Buffer, ending: string): Promise<string> {
  const path = join(await temporaryDirectory(), `file.${ending}`);
  await writeFile(path, content);
  return path;
}
