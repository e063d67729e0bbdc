import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const made: string[] = [];

/**
 * An empty directory, which is removed when all is measured: some file systems make new files
 * several times slower for minutes after many were deleted (ext4 without a journal passes over
 * each inode that was freed lately), which would be measured with what comes next.
 */
export async function freshDirectory(): Promise<string> {
  if (made.length === 0) {
    process.once('exit', removeAll);
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130));
  }
  const directory = await mkdtemp(join(tmpdir(), 'triad-bench-'));
  made.push(directory);
  return directory;
}

function removeAll(): void {
  for (const directory of made) {
    try {
      rmSync(directory, { recursive: true, force: true });
    } catch (error) {
      process.stderr.write(`${directory} is left: ${String(error)}\n`);
    }
  }
}
