import { join, resolve } from 'node:path';

/**
 * Where Node keeps compiled code between starts: without it, every start compiles all TypeScript
 * anew, which takes longer than the rest of the boot. Node ignores a directory it cannot write.
 */
export const compileCacheDirectory: string = join(
  resolve(import.meta.dirname, '../..'),
  'node_modules/.cache/triad',
);
