import { parentPort } from 'node:worker_threads';
import { scenarioOf } from './world/scenario.ts';
import { World } from './world/world.ts';
import type { WorldReport } from './world/world-report.ts';

/** The report without its log, which a replay of the seed gives. */
export type Finding = Omit<WorldReport, 'log'>;

// Errors are thrown all the time here, and nobody reads where.
Error.stackTraceLimit = 0;

// Told a seed, it answers with what it found.
parentPort?.on('message', async (seed: number) => {
  const { log: _, ...finding } = await new World(scenarioOf(seed)).live();
  parentPort?.postMessage(finding);
});
