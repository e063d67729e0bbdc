import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** A process as the operating system shows it. */
export interface ProcessEntry {
  pid: number;
  parent: number;
  /** The session on Linux, the process group elsewhere: a job leads its own and passes it on. */
  group: number;
  /** When it started, in the system's own terms: with the pid it names a process uniquely. */
  startedAt: string;
  residentBytes: number;
}

/** A process that can be found again, and not mistaken when its pid is used for another. */
export type ProcessIdentity = Pick<ProcessEntry, 'pid' | 'startedAt'>;

/** All processes that this one may see, by pid. Dead ones that nobody waited for are left out. */
export function readProcessTable(): Map<number, ProcessEntry> {
  const entries = process.platform === 'linux' ? readProc() : parsePs(runPs());
  return new Map(entries.map((entry) => [entry.pid, entry]));
}

/** What names the process `pid`, `undefined` when there is none. */
export function identify(pid: number): ProcessIdentity | undefined {
  const entry = process.platform === 'linux' ? readProcEntry(pid) : readProcessTable().get(pid);
  return entry && { pid, startedAt: entry.startedAt };
}

export function isAlive(table: Map<number, ProcessEntry>, identity: ProcessIdentity): boolean {
  return table.get(identity.pid)?.startedAt === identity.startedAt;
}

/**
 * `leader` and every process that it started: its group, those `known` from an earlier look, and
 * whatever descends from these. When the leader has ended its group remains, unless the pid now
 * belongs to another process.
 */
export function processTree(
  table: Map<number, ProcessEntry>,
  leader: ProcessIdentity,
  known: readonly ProcessIdentity[] = [],
): ProcessEntry[] {
  const members = new Set<number>();
  for (const identity of known) if (isAlive(table, identity)) members.add(identity.pid);
  const pidIsOfAnother = table.has(leader.pid) && !isAlive(table, leader);
  if (!pidIsOfAnother) members.add(leader.pid);
  for (let size = -1; size < members.size; ) {
    size = members.size;
    for (const { pid, parent, group } of table.values()) {
      const isOfGroup = group === leader.pid && !pidIsOfAnother;
      if (isOfGroup || members.has(parent)) members.add(pid);
    }
  }
  return [...members].flatMap((pid) => table.get(pid) ?? []);
}

function readProc(): ProcessEntry[] {
  return readdirSync('/proc').flatMap((name) =>
    /^\d+$/.test(name) ? (readProcEntry(Number(name)) ?? []) : [],
  );
}

/** proc(5): `pid (name) state ppid pgrp session … starttime(22) vsize rss(24)`; a name may hold `)`. */
function readProcEntry(pid: number): ProcessEntry | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  const [state, parent, , group, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (state === 'Z' || state === 'X') return undefined;
  return {
    pid,
    parent: Number(parent),
    group: Number(group),
    startedAt: `${bootId()}/${rest[15]}`,
    residentBytes: Number(rest[17]) * linuxPageBytes,
  };
}

/** True on x86-64 and on arm64 as distributions build it. */
const linuxPageBytes = 4096;

let boot: string | undefined;

/** Start times count from boot, so they name a process only together with it. */
function bootId(): string {
  boot ??= readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  return boot;
}

const runPs = () => execFileSync('ps', ['-A', '-o', psColumns], { encoding: 'utf8' });

const psColumns = 'pid=,ppid=,pgid=,rss=,state=,lstart=';

/** Parses the output of `ps -A -o pid=,ppid=,pgid=,rss=,state=,lstart=`; `rss` is in KiB. */
export function parsePs(output: string): ProcessEntry[] {
  return output.split('\n').flatMap((line) => {
    const [pid, parent, group, rss, state, ...startedAt] = line.trim().split(/\s+/);
    if (!pid || !state || state.startsWith('Z')) return [];
    return {
      pid: Number(pid),
      parent: Number(parent),
      group: Number(group),
      startedAt: startedAt.join(' '),
      residentBytes: Number(rss) * 1024,
    };
  });
}
