import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, closeSync, constants, mkdirSync, openSync, statSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { TriadError } from '../errors/triad-error.ts';
import { identify, type ProcessIdentity } from './process-table.ts';

/** A program and its arguments. */
export type CommandLine = readonly string[];

export interface JobProcessOptions {
  commandLine: CommandLine;
  environment: NodeJS.ProcessEnv;
  /** Standard output and error go straight to this file, so that they outlive the launcher. */
  logFile: string;
  /** What comes in over: the channel for a spec, or the standard input of a gate. */
  input: 'channel' | 'stdin';
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
  mkdirSync(dirname(options.logFile), { recursive: true });
  const log = openSync(options.logFile, 'a');
  try {
    const child = spawn(program, args, {
      detached: true,
      env: options.environment,
      stdio: options.input === 'channel' ? ['ignore', log, log, 'ipc'] : ['pipe', log, log],
    });
    // A process that is gone needs no input; its exit tells the rest.
    child.stdin?.on('error', () => {});
    const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
    await once(child, 'spawn');
    const pid = child.pid ?? 0;
    return { child, exited, identity: identify(pid) ?? { pid, startedAt: 'gone already' } };
  } catch (error) {
    throw unstartable(program, error instanceof Error ? error.message : String(error), error);
  } finally {
    closeSync(log);
  }
}

/** Becomes the program that its arguments name once it has read a line; without one, it ends. */
const gate = 'read -r go && exec "$@" </dev/null';

/**
 * Starts a process that becomes the program when `open` is called, with the same pid; when the
 * launcher dies before, it ends. So the launcher can record it first.
 */
export async function spawnGated(
  options: Omit<JobProcessOptions, 'input'>,
): Promise<SpawnedProcess & { open(): void }> {
  const { commandLine, environment } = options;
  checkProgram(commandLine[0] ?? '', environment.PATH ?? '');
  const gated = ['/bin/sh', '-c', gate, 'sh', ...commandLine];
  const spawned = await spawnJobProcess({ ...options, commandLine: gated, input: 'stdin' });
  return { ...spawned, open: () => spawned.child.stdin?.end('go\n') };
}

/** The shell would tell it only by an exit code that any program may have. */
function checkProgram(program: string, searchPath: string): void {
  const files = program.includes('/')
    ? [program]
    : searchPath.split(delimiter).map((directory) => join(directory || '.', program));
  if (files.some(isExecutable)) return;
  throw unstartable(program, 'no such program (ENOENT)');
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

const unstartable = (program: string, reason: string, cause?: unknown) =>
  new TriadError('JOB_UNSTARTABLE', { program, reason }, { cause });
