import { parseArgs } from 'node:util';
import { compileCacheDirectory } from '../../cli/system/compile-cache.ts';
import { keepResults } from '../guarantees/results.ts';
import { printFindings } from './print-findings.ts';
import { type Simulated, simulate } from './simulate.ts';
import { scenarioOf } from './world/scenario.ts';
import { World } from './world/world.ts';

// The threads share what the first of them compiled.
process.env.NODE_COMPILE_CACHE ??= compileCacheDirectory;

/*
 * npm run simulate -- --runs 10000        worlds until so many runs were simulated
 * npm run simulate -- --from 1 --runs 500 the same worlds each time
 * npm run simulate -- --workers 1         on one thread; without it, on as many as there are cores
 * npm run simulate -- --seed 123 --log    one world, with everything that happened in it
 */

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '10000' },
    from: { type: 'string' },
    seed: { type: 'string' },
    workers: { type: 'string' },
    log: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});

function integer(name: string, text: string, least = 0): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= least) return value;
  process.stderr.write(`--${name}: expected an integer from ${least}, got ${text}\n`);
  return process.exit(2);
}

if (values.seed !== undefined) {
  const report = await new World(scenarioOf(integer('seed', values.seed))).live();
  const { log, ...finding } = report;
  if (values.json) process.stdout.write(`${JSON.stringify(values.log ? report : finding)}\n`);
  else {
    if (values.log) process.stdout.write(`${log.join('\n')}\n`);
    for (const { invariant, text } of finding.violations) {
      process.stdout.write(`violated: ${invariant}: ${text}\n`);
    }
    process.stdout.write(`${finding.runs} runs, log ${finding.hash}\n`);
  }
  process.exitCode = finding.violations.length > 0 ? 1 : 0;
} else {
  const runs = integer('runs', values.runs);
  // Other worlds each time, unless somebody asks for the same.
  const from = values.from ? integer('from', values.from) : Math.floor(Math.random() * 1e9);
  const isWatched = process.stderr.isTTY && !values.json;
  const isEnough = (soFar: Simulated): boolean => {
    const text = `${soFar.runs} of ${runs} runs in ${soFar.worlds} worlds, ${soFar.failed.length} failed`;
    if (isWatched) process.stderr.write(`\r${text}\x1b[K`);
    return soFar.runs >= runs;
  };
  const workers = values.workers === undefined ? undefined : integer('workers', values.workers, 1);
  const total = await simulate(from, isEnough, workers);
  if (isWatched) process.stderr.write('\r\x1b[K');
  if (values.json) process.stdout.write(`${JSON.stringify({ from, ...total })}\n`);
  else printFindings(from, total, (line) => process.stdout.write(`${line}\n`));
  const failed = total.failed.length;
  keepResults('simulate', { simulate: { passed: total.worlds - failed, failed } });
  process.exitCode = failed > 0 ? 1 : 0;
}
