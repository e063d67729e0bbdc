import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';

export const repository = resolve(import.meta.dirname, '..');

/** Calls `use` with a fresh home that is removed afterwards. */
export async function withHome<T>(use: (home: string) => Promise<T>): Promise<T> {
  const home = await mkdtemp(join(tmpdir(), 'triad-bench-'));
  try {
    return await use(home);
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

export interface CommandResult {
  stdout: string;
  stderr: string;
  exitCode: number | null;
}

/** Runs Node on a file of the repository until it ends; a failure is an error with its output. */
export async function runNode(args: string[], env: NodeJS.ProcessEnv = {}): Promise<CommandResult> {
  const child = spawnNode(args, env);
  const [stdout, stderr] = await Promise.all([
    text(child.stdout ?? []),
    text(child.stderr ?? []),
    once(child, 'exit'),
  ]);
  if (child.exitCode !== 0) {
    throw new Error(`node ${args.join(' ')} exited with ${child.exitCode}:\n${stderr}\n${stdout}`);
  }
  return { stdout, stderr, exitCode: child.exitCode };
}

export function spawnNode(args: string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
  return spawn(process.execPath, args, {
    cwd: repository,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}
