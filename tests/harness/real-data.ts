import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

const folder = resolve(import.meta.dirname, '../../../shared/data');

/**
 * A file of the real data that stands beside the checkout, such as `cdnow/CDNOW_sample.txt`.
 * `skip` goes into the options of a test: why it cannot run, or false when the file is there.
 */
export function realData(name: string): { path: string; skip: string | false } {
  const path = resolve(folder, name);
  return {
    path,
    skip: existsSync(path) ? false : `the real data ../shared/data/${name} is not on this machine`,
  };
}
