import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { TriadError } from '../errors/triad-error.ts';
import { identify, type ProcessIdentity } from './process-table.ts';

/** A program and its arguments. */
export type CommandLine = readonly string[];

export interface JobProcessOptions {
  commandLine: CommandLine;
  environment: NodeJS.ProcessEnv;
  /** Standard output and error go straight to this file, so that they outlive the launcher. */
  logFile: string;
  /** Whether to open a channel, over which a waiting process gets its spec. */
  channel: boolean;
}

export interface SpawnedProcess {
  child: ChildProcess;
  identity: ProcessIdentity;
  /** Settles once, also for those who ask late. The code is null when a signal ended it. */
  exited: Promise<number | null>;
}

/**
 * Starts a program that leads a session of its own: a Ctrl-C for the launcher does not reach it,
 * and its whole tree can be found. A program that cannot be started is `JOB_UNSTARTABLE`.
 */
export async function spawnJobProcess(options: JobProcessOptions): Promise<SpawnedProcess> {
  const [program = '', ...args] = options.commandLine;
  const log = openSync(options.logFile, 'a');
  try {
    const child = spawn(program, args, {
      detached: true,
      env: options.environment,
      stdio: ['ignore', log, log, ...(options.channel ? (['ipc'] as const) : [])],
    });
    const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
    await once(child, 'spawn');
    const pid = child.pid ?? 0;
    return { child, exited, identity: identify(pid) ?? { pid, startedAt: 'gone already' } };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new TriadError('JOB_UNSTARTABLE', { program, reason }, { cause: error });
  } finally {
    closeSync(log);
  }
}
