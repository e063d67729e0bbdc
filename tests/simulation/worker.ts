import { parentPort } from 'node:worker_threads';
import { scenarioOf } from './world/scenario.ts';
import { World, type WorldReport } from './world/world.ts';

/** Worlds that one thread simulates at a time: while one waits for its promises, others go on. */
const AT_ONCE = 20;

/** The report without its log, which a replay of the seed gives. */
export type Finding = Omit<WorldReport, 'log'>;

// Errors are thrown all the time here, and nobody reads where.
Error.stackTraceLimit = 0;

// Told seeds, it answers each with what it found.
parentPort?.on('message', async (seeds: number[]) => {
  const left = [...seeds];
  const simulate = async (): Promise<void> => {
    for (let seed = left.pop(); seed !== undefined; seed = left.pop()) {
      const { log: _, ...finding } = await new World(scenarioOf(seed)).live();
      parentPort?.postMessage(finding);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, simulate));
  parentPort?.postMessage('done');
});
