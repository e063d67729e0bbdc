import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, statSync } from 'node:fs';
import type { Image } from './open-image.ts';

/** What is put above the root file system, from memory or from this machine. */
export interface Mount {
  /** In the container, absolute. */
  target: string;
  /** A file or folder of this machine; without it, memory. */
  source?: string;
  /** As `mount` takes them: of memory, or `ro`. */
  options?: string;
}

export interface RunOptions {
  /** All that can be written, and whatever else the image does not have. */
  mounts: readonly Mount[];
  /** Over the environment of the image. */
  environment: Record<string, string>;
  /** Instead of the image's own. */
  entrypoint?: readonly string[];
  /** Instead of the image's own command. */
  command?: readonly string[];
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

/** The home of a service or a job, and room for what it forgets. */
export const ownMounts = (home: string): Mount[] => [
  { target: '/var/lib/triad', source: home },
  { target: '/tmp', options: 'mode=1777' },
];

/*
 * Namespaces of its own for mounts and processes, a root that cannot be written, other mounts above it,
 * no right of root's and none to be had; the network is that of who starts it. What an engine does,
 * without an engine.
 */
const enter = `
set -eu
root=$1 user=$2 mounts=$3; shift 3
mount --make-rprivate /
mount --bind "$root" "$root"
while IFS='|' read -r target kind _; do
  case $kind in
    file) mkdir -p "$(dirname "$root$target")" && touch -a "$root$target" ;;
    *) mkdir -p "$root$target" ;;
  esac
done <<< "$mounts"
mount -o remount,bind,ro "$root"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
while IFS='|' read -r target kind source options; do
  case $kind in
    memory) mount -t tmpfs -o "$options" tmpfs "$root$target" ;;
    *)
      mount --bind "$source" "$root$target"
      if [ -n "$options" ]; then mount -o "remount,bind,$options" "$root$target"; fi
      ;;
  esac
done <<< "$mounts"
exec chroot "$root" /usr/bin/setpriv --reuid="\${user%:*}" --regid="\${user#*:}" --clear-groups \\
  --inh-caps=-all --bounding-set=-all --no-new-privs "$@"
`;

/** Starts an image as its settings say. Needs root. */
export function runImage({ root, config }: Image, options: RunOptions): RunningImage {
  const { mounts, environment, entrypoint = config.Entrypoint, logFile } = options;
  const { command = config.Cmd } = options;
  const variables = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  const program = [
    ...['/usr/bin/env', '--ignore-environment', `--chdir=${config.WorkingDir}`],
    ...config.Env,
    ...variables,
    ...entrypoint,
    ...command,
  ];
  const log = openSync(logFile, 'a');
  const child = spawn(
    'unshare',
    [
      ...['--mount', '--pid', '--fork', '--kill-child'],
      ...['bash', '-c', enter, 'sh', root, config.User, mounts.map(lineOf).join('\n'), ...program],
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

/** As the script above reads it. */
function lineOf({ target, source, options = '' }: Mount): string {
  if (source === undefined) return [target, 'memory', '', options].join('|');
  return [target, statSync(source).isFile() ? 'file' : 'folder', source, options].join('|');
}

/** `unshare` takes no SIGTERM while its child lives. */
function childrenOf(pid: number): number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return text === '' ? [] : text.split(' ').map(Number);
}
