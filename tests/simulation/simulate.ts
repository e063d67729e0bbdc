import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Finding } from './worker.ts';

export interface Simulated {
  worlds: number;
  runs: number;
  seconds: number;
  /** Of the last seed that was begun. */
  through: number;
  failed: Finding[];
  faults: Record<string, number>;
  checks: Record<string, number>;
}

/** Seeds that a thread is given at a time. */
const BATCH = 10;

/**
 * Simulates the worlds of the seeds from `from` on, on all cores, until it is enough or one failed.
 *
 * @param isEnough asked after each world; those that have begun are still ended
 */
export function simulate(
  from: number,
  isEnough: (soFar: Simulated) => boolean,
): Promise<Simulated> {
  const begun = performance.now();
  const total: Simulated = {
    worlds: 0,
    runs: 0,
    seconds: 0,
    through: from - 1,
    failed: [],
    faults: {},
    checks: {},
  };
  let isDone = false;
  const batch = () => {
    const first = total.through + 1;
    total.through += BATCH;
    return Array.from({ length: BATCH }, (_, index) => first + index);
  };
  const take = (finding: Finding) => {
    total.worlds += 1;
    total.runs += finding.runs;
    total.seconds = (performance.now() - begun) / 1000;
    if (finding.violations.length > 0) total.failed.push(finding);
    add(total.faults, finding.faults);
    add(total.checks, finding.checks);
    isDone ||= isEnough(total) || finding.violations.length > 0;
  };
  const thread = () =>
    new Promise<void>((resolve, reject) => {
      const worker = new Worker(new URL('./worker.ts', import.meta.url));
      worker.on('error', reject);
      worker.on('message', (message: Finding | 'done') => {
        if (message !== 'done') return take(message);
        if (!isDone) return worker.postMessage(batch());
        void worker.terminate().then(() => resolve());
      });
      worker.postMessage(batch());
    });
  return Promise.all(Array.from({ length: availableParallelism() }, thread)).then(() => total);
}

function add(sums: Record<string, number>, counts: Record<string, number>): void {
  for (const [name, count] of Object.entries(counts)) sums[name] = (sums[name] ?? 0) + count;
}
