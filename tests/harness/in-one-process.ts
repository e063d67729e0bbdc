import { globSync } from 'node:fs';
import { join } from 'node:path';
import { describe } from 'node:test';

/**
 * Runs the test files below a folder in this process, each as a suite with hooks of its own. What
 * they share is loaded once, which takes longer than most of them run.
 */
export function inOneProcess(folder: string): void {
  const files = globSync('**/*.test.ts', {
    cwd: folder,
    exclude: ['**/*.{external,emulators}.test.ts'],
  });
  for (const file of files.sort()) {
    describe(file, async () => {
      await import(join(folder, file));
    });
  }
}
