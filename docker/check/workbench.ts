import { chownSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { imageUser } from './images.ts';

/** Where images that run have their home and their logs. */
export interface Workbench {
  /** A fresh home, which belongs to the user of the images. */
  home: string;
  /** What holds both, and is removed in the end. */
  directory: string;
  logFile(name: string): string;
  close(): void;
}

function openWorkbench(): Workbench {
  const directory = mkdtempSync(join(tmpdir(), 'triad-images-'));
  const home = join(directory, 'home');
  mkdirSync(home);
  chownSync(home, imageUser.uid, imageUser.gid);
  return {
    home,
    directory,
    logFile: (name) => join(directory, `${name}.log`),
    close: () => rmSync(directory, { recursive: true, force: true }),
  };
}

/** Does something with a fresh workbench. */
export async function withBench<T>(action: (bench: Workbench) => Promise<T>): Promise<T> {
  const bench = openWorkbench();
  try {
    return await action(bench);
  } finally {
    bench.close();
  }
}

/** The end of a log, for an error's message. */
export const tailOf = (text: string): string =>
  `\n${text.trimEnd().split('\n').slice(-20).join('\n')}`;

/** A port of this machine that nobody listens on. */
export function freePort(): Promise<number> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

const LIMIT_MS = 60_000;

/**
 * Asks again and again until the answer is what is waited for, and says how long that took, in
 * milliseconds. Fails after a minute, or at once when `ended` resolves.
 */
export async function until(
  what: string,
  isSo: () => Promise<boolean>,
  { ended, pauseMs = 10 }: { ended?: Promise<unknown>; pauseMs?: number } = {},
): Promise<number> {
  const start = performance.now();
  let hasEnded = false;
  void ended?.then(() => {
    hasEnded = true;
  });
  while (!(await isSo())) {
    if (hasEnded) throw new Error(`it ended before ${what}`);
    if (performance.now() - start > LIMIT_MS) throw new Error(`no ${what} within a minute`);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  return performance.now() - start;
}

/** The status of an answer; 0 when there is none. */
export async function statusOf(url: string, token?: string): Promise<number> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  try {
    const answer = await fetch(url, { headers });
    await answer.arrayBuffer();
    return answer.status;
  } catch {
    return 0;
  }
}
