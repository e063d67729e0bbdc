import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import type { Image } from './open-image.ts';

export interface RunOptions {
  /** Mounted as the home, the only place besides /tmp that can be written. */
  home: string;
  /** Over the environment of the image. */
  environment: Record<string, string>;
  /** Instead of the image's own command. */
  command?: readonly string[];
  /** Instead of the image's own entry point and command. */
  entryPoint?: readonly string[];
  /** Whatever it prints goes there. */
  logFile: string;
}

export interface RunningImage {
  /** The exit code; above 128, what a shell makes of a signal. */
  exited: Promise<number>;
  /** Asks process 1 of the container to end, as an engine does. */
  stop(): Promise<number>;
  /** What it printed so far. */
  log(): string;
}

/*
 * Namespaces of its own for mounts and processes, a root that cannot be written, the home and /tmp
 * above it; the network is that of the machine. What an engine does, without an engine.
 */
const enter = `
set -eu
root=$1 home=$2 user=$3; shift 3
mount --make-rprivate /
mount --bind "$root" "$root"
mount -o remount,bind,ro "$root"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
mount --bind "$home" "$root/var/lib/triad"
exec chroot --userspec="$user" --groups= "$root" "$@"
`;

/** Starts an image as its settings say. Needs root. */
export function runImage({ root, config }: Image, options: RunOptions): RunningImage {
  const { home, environment, command = config.Cmd, logFile } = options;
  const variables = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  const program = [
    ...['/usr/bin/env', '--ignore-environment', `--chdir=${config.WorkingDir}`],
    ...config.Env,
    ...variables,
    ...(options.entryPoint ?? [...config.Entrypoint, ...command]),
  ];
  const log = openSync(logFile, 'a');
  const child = spawn(
    'unshare',
    [
      ...['--mount', '--pid', '--fork', '--kill-child'],
      ...['bash', '-c', enter, 'sh', root, home, config.User, ...program],
    ],
    { stdio: ['ignore', log, log] },
  );
  closeSync(log);
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const exited = once(child, 'exit').then(([code]) => {
    process.off('exit', kill);
    return Number(code ?? 128);
  });
  return {
    exited,
    stop() {
      for (const pid of childrenOf(child.pid ?? 0)) process.kill(pid, 'SIGTERM');
      return exited;
    },
    log: () => readFileSync(logFile, 'utf8'),
  };
}

/** `unshare` takes no SIGTERM while its child lives. */
function childrenOf(pid: number): number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return text === '' ? [] : text.split(' ').map(Number);
}
