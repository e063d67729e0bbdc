import { setTimeout as pause } from 'node:timers/promises';
import { DirectoryArtifactStore } from '@triad/shared/artifacts/directory-artifact-store.ts';
import { homeLayout } from '@triad/shared/config/home.ts';
import { manifestPath } from '@triad/shared/contracts/attempt.ts';
import type { JobRecord } from '@triad/shared/jobs/job-record.ts';
import type { ChaosDatabase } from './databases.ts';
import type { Fleet } from './fleet.ts';
import type { TcpProxy } from './tcp-proxy.ts';

/** How often each kind of harm was done. */
export type Mischief = Map<string, number>;

/** Does harm at random until `signal` aborts, then leaves everything as it should be. */
export async function letLoose(
  fleet: Fleet,
  database: ChaosDatabase,
  random: () => number,
  signal: AbortSignal,
): Promise<Mischief> {
  const artifacts = new DirectoryArtifactStore({ directory: homeLayout(fleet.home).artifacts });
  const done: Mischief = new Map();
  const note = (what: string) => done.set(what, (done.get(what) ?? 0) + 1);
  const oneOf = <T>(items: readonly T[]): T | undefined =>
    items[Math.floor(random() * items.length)];
  const rest = (ms: number) => pause(ms, undefined, { signal }).catch(() => {});

  const endService = (how: 'SIGKILL' | 'SIGTERM') => {
    const victim = oneOf(fleet.members.filter(({ isUp }) => isUp));
    if (!victim) return;
    note(`${victim.options.service} ${how}`);
    victim.end(how);
  };
  /** Meanwhile others go on: the one that wakes up is a zombie. */
  const pauseService = () => {
    const victim = oneOf(fleet.members.filter(({ isUp }) => isUp));
    if (!victim) return;
    note(`${victim.options.service} paused`);
    return victim.pause(500 + 4000 * random());
  };
  const killJob = (jobs: JobRecord[], what: string): boolean => {
    const pid = oneOf(jobs)?.process?.pid;
    if (pid === undefined) return false;
    try {
      process.kill(pid, 'SIGKILL');
      note(what);
      return true;
    } catch {
      // It has just ended by itself.
      return false;
    }
  };
  /** Kills a job between its manifest and its exit. */
  const killDoneJob = async () => {
    for (let tries = 0; tries < 20 && !signal.aborted; tries += 1) {
      const jobs = fleet.unfinishedJobs();
      const hasManifest = jobs.map(({ spec }) => artifacts.stat(manifestPath(spec)));
      const found = await Promise.all(hasManifest);
      const isKilled = killJob(
        jobs.filter((_job, index) => found[index]),
        'job SIGKILL after its manifest',
      );
      if (isKilled) return;
      await rest(50);
    }
  };
  const spoil = async (proxy: TcpProxy | undefined) => {
    const weather = oneOf(['drop', 'delay', 'blackhole'] as const) ?? 'drop';
    note(`network ${weather}`);
    proxy?.change(weather);
    await rest(200 + 1500 * random());
    proxy?.change('fair');
  };
  const offendPeople = async () => {
    note('alarms refused');
    fleet.people.behave(oneOf(['refuse', 'hang'] as const) ?? 'refuse');
    await rest(200 + 1500 * random());
    fleet.people.behave('accept');
  };
  const crashDatabase = () => {
    if (!database.crash) return;
    note('database crash');
    database.crash();
  };

  const pauses: Promise<void>[] = [];
  while (!signal.aborted) {
    await rest(300 + 1000 * random());
    if (signal.aborted) break;
    const dice = random();
    if (dice < 0.15) endService('SIGKILL');
    else if (dice < 0.25) endService('SIGTERM');
    else if (dice < 0.35) pauses.push(pauseService() ?? Promise.resolve());
    else if (dice < 0.55) killJob(fleet.unfinishedJobs(), 'job SIGKILL');
    else if (dice < 0.65) await killDoneJob();
    else if (dice < 0.95) await spoil(oneOf(fleet.proxies));
    else if (dice < 0.98) await offendPeople();
    else crashDatabase();
  }
  await Promise.all(pauses);
  return done;
}
