import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';

export const repository = resolve(import.meta.dirname, '..');

/** Runs Node until it ends and gives what it printed; a failure is an error with its output. */
export async function runNode(args: string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
  const child = spawnNode(args, env);
  const [stdout, stderr] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ]);
  if (child.exitCode === 0) return stdout;
  throw new Error(`node ${args.join(' ')} exited with ${child.exitCode}:\n${stderr}\n${stdout}`);
}

export function spawnNode(
  args: string[],
  env: NodeJS.ProcessEnv = {},
): ChildProcessByStdio<null, Readable, Readable> {
  return spawn(process.execPath, args, {
    cwd: repository,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** `triad up` on a home, ready; the caller stops it. */
export async function startSystem(home: string, env: NodeJS.ProcessEnv = {}) {
  const child = spawnNode(['cli/main.ts', 'up'], {
    TRIAD_HOME: home,
    TRIAD_ORCHESTRATOR_PORT: '0',
    TRIAD_INVOKER_PORT: '0',
    TRIAD_SCHEDULER: 'off',
    ...env,
  });
  const orchestrator = await new Promise<string>((found, failed) => {
    let printed = '';
    child.stdout.on('data', (chunk: Buffer) => {
      printed += chunk.toString();
      const match = /orchestrator\s+(http\S+)/.exec(printed);
      if (match?.[1]) found(match[1]);
    });
    child.once('exit', () => failed(new Error(`triad up ended early:\n${printed}`)));
  });
  return {
    orchestrator,
    /** The process ids of orchestrator and invoker. */
    async servicePids(): Promise<number[]> {
      const { stdout } = spawn('ps', ['-o', 'pid=', '--ppid', String(child.pid)]);
      return (await text(stdout)).trim().split(/\s+/).map(Number);
    },
    async stop(): Promise<void> {
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      await exited;
    },
  };
}
