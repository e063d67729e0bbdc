import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Finding } from './worker.ts';

/** What was found in the worlds of consecutive seeds. */
export interface Simulated {
  worlds: number;
  runs: number;
  seconds: number;
  /** Threads that simulated. */
  workers: number;
  failed: Finding[];
  faults: Record<string, number>;
  checks: Record<string, number>;
}

/**
 * Simulates the worlds of the seeds from `from` on until it is enough or one failed. Worlds are
 * counted in the order of their seeds, so that what is found does not depend on the threads.
 *
 * @param isEnough asked after each world
 * @param workers threads, each of which simulates one world at a time
 */
export function simulate(
  from: number,
  isEnough: (soFar: Simulated) => boolean,
  workers = availableParallelism(),
): Promise<Simulated> {
  const begun = performance.now();
  const total: Simulated = {
    worlds: 0,
    runs: 0,
    seconds: 0,
    workers,
    failed: [],
    faults: {},
    checks: {},
  };
  /** Of worlds that ended before one with a smaller seed did. */
  const early = new Map<number, Finding>();
  let nextSeed = from;
  let isDone = false;
  const count = (finding: Finding) => {
    early.delete(finding.seed);
    total.worlds += 1;
    total.runs += finding.runs;
    total.seconds = (performance.now() - begun) / 1000;
    if (finding.violations.length > 0) total.failed.push(finding);
    add(total.faults, finding.faults);
    add(total.checks, finding.checks);
    isDone = isEnough(total) || finding.violations.length > 0;
  };
  const take = (finding: Finding) => {
    early.set(finding.seed, finding);
    while (!isDone) {
      const next = early.get(from + total.worlds);
      if (!next) return;
      count(next);
    }
  };

  return new Promise((resolve, reject) => {
    const threads = Array.from({ length: workers }, () => {
      const thread = new Worker(new URL('./worker.ts', import.meta.url));
      const giveSeed = () => {
        thread.postMessage(nextSeed);
        nextSeed += 1;
      };
      thread.on('error', reject);
      thread.on('message', (finding: Finding) => {
        if (isDone) return;
        giveSeed();
        take(finding);
        if (isDone)
          void Promise.all(threads.map((own) => own.terminate())).then(() => resolve(total));
      });
      giveSeed();
      return thread;
    });
  });
}

function add(sums: Record<string, number>, counts: Record<string, number>): void {
  for (const [name, times] of Object.entries(counts)) sums[name] = (sums[name] ?? 0) + times;
}
