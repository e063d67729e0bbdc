import { realpathSync, rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const made: string[] = [];

process.on('exit', () => {
  for (const directory of made) rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
});

/** A fresh directory that is removed when the test process ends. */
export async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(realpathSync(tmpdir()), 'triad-test-'));
  made.push(directory);
  return directory;
}
