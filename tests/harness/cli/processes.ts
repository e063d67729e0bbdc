import { execFileSync } from 'node:child_process';
import { readProcessTable } from '@triad/shared/jobs/process-table.ts';

/** Pids of the processes that process `pid` started. */
export const childrenOf = (pid: number): number[] =>
  [...readProcessTable().values()].filter(({ parent }) => parent === pid).map((child) => child.pid);

/** The command line of a process. */
export const commandOf = (pid: number): string =>
  execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });

/** The programs of all processes whose `TRIAD_HOME` is `home`. */
export const processesOf = (home: string): string[] =>
  execFileSync('ps', ['axeww', '-o', 'command='], { encoding: 'utf8', maxBuffer: 2 ** 26 })
    .split('\n')
    .filter((line) => line.includes(`TRIAD_HOME=${home} `))
    .map((line) => line.split(' ').slice(0, 2).join(' '));
