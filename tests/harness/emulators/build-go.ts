import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { promisify } from 'node:util';

/** Programs are built once for each state of their sources, and kept. */
const cache = resolve(import.meta.dirname, '../../../node_modules/.cache/go-servers');

/**
 * Builds the Go program in `folder`, which needs the Go toolchain.
 *
 * @returns the program's path
 */
export async function buildGo(folder: string): Promise<string> {
  const name = basename(folder);
  const directory = join(cache, `${name}-${await digestOf(folder)}`);
  const binary = join(directory, name);
  if (existsSync(binary)) return binary;
  await mkdir(directory, { recursive: true });
  // Two processes may build at the same time.
  const draft = `${binary}.${process.pid}`;
  await promisify(execFile)('go', ['build', '-mod=readonly', '-o', draft, '.'], {
    cwd: folder,
    // Some distributions keep Go from fetching the version that the program asks for.
    env: { ...process.env, GOTOOLCHAIN: process.env.GOTOOLCHAIN ?? 'auto' },
    timeout: 600_000,
  });
  await rename(draft, binary);
  return binary;
}

async function digestOf(folder: string): Promise<string> {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}\n`);
  for (const file of (await readdir(folder)).toSorted()) {
    hash.update(`${file}\n`).update(await readFile(join(folder, file)));
  }
  return hash.digest('hex').slice(0, 16);
}
