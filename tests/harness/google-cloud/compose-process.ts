import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { after } from 'node:test';
import { type ComposeService, environmentOf } from '../../../docker/check/compose-file.ts';

const repository = resolve(import.meta.dirname, '../../..');

export interface ComposeProcessOptions {
  /** What the image runs where the file names no command. */
  main?: string;
  /** Addresses in values of the file's environment, and what stands for them on this machine. */
  addresses: ReadonlyMap<string, string>;
  /** The same for whole arguments of its command. */
  words: ReadonlyMap<string, string>;
  /** Over the environment of the file. */
  environment: NodeJS.ProcessEnv;
  /** Of the logs. */
  directory: string;
}

/** A service of a compose file as a plain process of this machine, from the checkout. */
export interface ComposeProcess {
  /** Resolves with the first message to this process, or the first line. */
  ready: Promise<void>;
  /** The exit code. */
  exited: Promise<number>;
}

/** Starts it; it is stopped when the tests of the file end. */
export async function startComposeService(
  name: string,
  service: ComposeService,
  { main, addresses, words, environment, directory }: ComposeProcessOptions,
): Promise<ComposeProcess> {
  const replaced = (text: string) =>
    [...addresses].reduce((value, [from, to]) => value.replaceAll(from, to), text);
  const given = Object.entries(environmentOf(service)).map(([key, value]) => [
    key,
    replaced(value),
  ]);
  const [program, ...args] = service.command ?? ['node', main ?? ''];
  if (program !== 'node') throw new Error(`${name} runs ${program}`);
  await mkdir(directory, { recursive: true });
  const child = spawn(
    process.execPath,
    args.map((word) => words.get(word) ?? word),
    {
      cwd: repository,
      env: { ...Object.fromEntries(given), ...environment },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    },
  );
  after(() => stop(child));
  const { stdout, stderr } = child;
  if (!stdout || !stderr) throw new Error(`${name} has no output`);
  const log = createWriteStream(join(directory, `${name}.log`));
  stdout.pipe(log, { end: false });
  stderr.pipe(log, { end: false });
  const exited = once(child, 'exit').then(([code]) => Number(code ?? 128));
  const ready = Promise.race([
    once(child, 'message').then(([message]) => {
      if (!message.ready) throw new Error(`${name} did not start: ${JSON.stringify(message)}`);
    }),
    once(stdout, 'data').then(() => undefined),
    exited.then((code) => {
      throw new Error(`${name} ended with ${code}: see ${directory}`);
    }),
  ]);
  // Whoever waits for its end alone does not wait for it to be ready.
  ready.catch(() => {});
  return { ready, exited };
}

/** How long a process may take to end in order: what it talks to may have gone before it. */
const GRACE_MS = 2000;

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const killing = setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
  await exited;
  clearTimeout(killing);
}
