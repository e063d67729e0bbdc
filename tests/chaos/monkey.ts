import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
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
  const diary = join(homeLayout(fleet.home).logs, 'monkey.log');
  const note = (what: string, whom = '') => {
    done.set(what, (done.get(what) ?? 0) + 1);
    appendFileSync(diary, `${new Date().toISOString()} ${what} ${whom}\n`);
  };
  const oneOf = <T>(items: readonly T[]): T | undefined =>
    items[Math.floor(random() * items.length)];
  const rest = (ms: number) => pause(ms, undefined, { signal }).catch(() => {});

  /** A slow machine needs time to bring services back: most are up before the next one goes. */
  const victimOf = () => {
    const up = fleet.members.filter(({ isUp }) => isUp);
    return up.length > fleet.members.length / 2 ? oneOf(up) : undefined;
  };

  const endService = (how: 'SIGKILL' | 'SIGTERM') => {
    const victim = victimOf();
    if (!victim) return;
    note(`${victim.options.service} ${how}`, victim.name);
    victim.end(how);
  };
  /** Meanwhile others go on: the one that wakes up is a zombie. */
  const pauseService = () => {
    const victim = victimOf();
    if (!victim) return;
    const ms = 500 + 4000 * random();
    note(`${victim.options.service} paused`, `${victim.name} for ${Math.round(ms)} ms`);
    return victim.pause(ms);
  };
  const killJob = (jobs: JobRecord[], what: string): boolean => {
    const job = oneOf(jobs);
    if (!job?.process) return false;
    try {
      process.kill(job.process.pid, 'SIGKILL');
      note(what, job.spec.id);
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
    const ms = 200 + 1500 * random();
    note(`network ${weather}`, `to ${proxy?.options.name} for ${Math.round(ms)} ms`);
    proxy?.change(weather);
    await rest(ms);
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
    await rest(database.slowness * (300 + 1000 * random()));
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
