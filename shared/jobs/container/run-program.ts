import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { TriadError } from '../../errors/triad-error.ts';
import type { CommandLine } from '../spawn-job-process.ts';

export interface ProgramEnd {
  exitCode: number | null;
  signal: NodeJS.Signals | null;
}

/**
 * Runs a program to its end, with this process's output as its own; no shell reads its arguments.
 * When `stop` aborts it is asked to end; whoever watches this process ends it by force. One that
 * cannot be started is `JOB_UNSTARTABLE`.
 */
export async function runProgram(
  [program = '', ...args]: CommandLine,
  options: { env: NodeJS.ProcessEnv; cwd: string; stop: AbortSignal },
): Promise<ProgramEnd> {
  const { env, cwd, stop } = options;
  let ask = () => {};
  try {
    // Throws at once where an argument or a variable is longer than the system takes.
    const child = spawn(program, args, { env, cwd, stdio: ['ignore', 'inherit', 'inherit'] });
    ask = () => void child.kill('SIGTERM');
    stop.addEventListener('abort', ask);
    if (stop.aborted) ask();
    const [exitCode, signal] = await once(child, 'exit');
    return { exitCode, signal };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new TriadError('JOB_UNSTARTABLE', { program, reason }, { cause: error });
  } finally {
    stop.removeEventListener('abort', ask);
  }
}
