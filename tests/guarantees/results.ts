import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** How one test file, or one command, ended. */
export interface Result {
  passed: number;
  failed: number;
}

/** What one command found, such as all tests of `npm test`. */
export interface Results {
  /** ISO 8601, UTC. */
  at: string;
  /** Of the code that was tested; with `+` where files differed from it. */
  commit: string;
  /** By test file, or by the name of the command. */
  results: Record<string, Result>;
}

/** Whether a test file runs with `npm run test:emulators`. */
export const isEmulators = (path: string): boolean =>
  /\.emulators\.test\.ts$/.test(path) ||
  /\.(pubsub|cloud-storage|vertex|cloud-\w+)[\w.-]*\.external\.test\.ts$/.test(path);

const directory = join(import.meta.dirname, '.results');

/** Keeps the newest results of a command, for GUARANTEES.md. */
export function keepResults(command: string, results: Record<string, Result>): void {
  const kept: Results = { at: new Date().toISOString(), commit: commitOf(), results };
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, `${command}.json`), `${JSON.stringify(kept, null, 2)}\n`);
}

export function readResults(command: string): Results | undefined {
  try {
    return JSON.parse(readFileSync(join(directory, `${command}.json`), 'utf8')) as Results;
  } catch {
    return undefined;
  }
}

function commitOf(): string {
  try {
    const git = (...args: string[]) => execFileSync('git', args, { encoding: 'utf8' }).trim();
    const commit = git('rev-parse', '--short=10', 'HEAD');
    return git('status', '--porcelain', '--untracked-files=no') === '' ? commit : `${commit}+`;
  } catch {
    return 'unknown';
  }
}
