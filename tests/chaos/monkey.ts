import { setTimeout as pause } from 'node:timers/promises';
import type { Fleet } from './fleet.ts';
import type { Weather } from './tcp-proxy.ts';

export interface Mischief {
  kills: { orchestrator: number; invoker: number; job: number };
  weather: Record<Exclude<Weather, 'fair'>, number>;
}

/** Does harm at random until `signal` aborts, then leaves the network as it should be. */
export async function letLoose(
  fleet: Fleet,
  random: () => number,
  signal: AbortSignal,
): Promise<Mischief> {
  const done: Mischief = {
    kills: { orchestrator: 0, invoker: 0, job: 0 },
    weather: { drop: 0, delay: 0, blackhole: 0 },
  };
  const oneOf = <T>(items: readonly T[]): T | undefined =>
    items[Math.floor(random() * items.length)];
  const rest = (ms: number) => pause(ms, undefined, { signal }).catch(() => {});

  const killService = () => {
    const victim = oneOf(fleet.members.filter(({ child }) => child));
    if (!victim) return;
    done.kills[victim.service] += 1;
    fleet.kill(victim);
  };
  const killJob = () => {
    const pid = oneOf(fleet.jobPids());
    if (pid === undefined) return;
    try {
      process.kill(pid, 'SIGKILL');
      done.kills.job += 1;
    } catch {
      // It has just ended by itself.
    }
  };
  const spoilNetwork = async () => {
    const weather = oneOf(['drop', 'delay', 'blackhole'] as const) ?? 'drop';
    const proxy = oneOf(Object.values(fleet.proxies));
    done.weather[weather] += 1;
    proxy?.change(weather);
    await rest(200 + 1500 * random());
    proxy?.change('fair');
  };

  while (!signal.aborted) {
    await rest(300 + 1200 * random());
    const dice = random();
    if (dice < 0.3) killService();
    else if (dice < 0.7) killJob();
    else await spoilNetwork();
  }
  for (const proxy of Object.values(fleet.proxies)) proxy.change('fair');
  return done;
}
