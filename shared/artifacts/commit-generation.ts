import * as fs from 'node:fs/promises';
import { TriadError } from '../errors/triad-error.ts';
import { invalid } from './artifact-path.ts';
import type { Precondition } from './artifact-store.ts';
import { giveName, giveNameDurably } from './durable-file.ts';
import { currentGeneration, generationFile } from './generations.ts';

/**
 * Makes the finished file `temporary` the next generation of `file`, the artifact `path`, and
 * returns its number. A precondition that does not hold is `ARTIFACT_CONFLICT`.
 */
export async function commitGeneration(commit: {
  path: string;
  temporary: string;
  file: string;
  precondition: Precondition | undefined;
  /** Need not outlast a power cut. */
  soon: boolean;
}): Promise<string> {
  const { path, temporary, file, precondition, soon } = commit;
  const give = soon ? giveName : giveNameDurably;
  for (;;) {
    const current = currentGeneration(file);
    if (precondition && !holds(precondition, current)) {
      throw new TriadError('ARTIFACT_CONFLICT', { path });
    }
    const next = current + 1;
    if (await give(temporary, generationFile(file, next))) {
      if (next > 1) await showCurrent(file, temporary);
      return String(next);
    }
    if (next === 1 && !(await fs.lstat(file)).isFile())
      throw invalid(path, 'it is not a plain file');
    // Another writer was first: with a precondition, the next look finds that it no longer holds.
  }
}

function holds(precondition: Precondition, current: number): boolean {
  return 'absent' in precondition ? current === 0 : precondition.generation === String(current);
}

/**
 * Puts the current generation where plain tools look. Two overwriters may do so in the wrong
 * order, so each looks again afterwards; a crash in between leaves only the plain view behind.
 */
async function showCurrent(file: string, temporary: string): Promise<void> {
  let shown = 0;
  for (;;) {
    const current = currentGeneration(file);
    if (current === shown) return;
    await fs.rm(temporary, { force: true });
    await fs.link(generationFile(file, current), temporary);
    await fs.rename(temporary, file);
    shown = current;
  }
}
