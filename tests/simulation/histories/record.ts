import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { scenarioOf } from '../world/scenario.ts';
import { World } from '../world/world.ts';
import { foldedAs, type History } from './history.ts';

/*
 * node tests/simulation/histories/record.ts 0.2.0
 *
 * Records runs of simulated worlds as this build stores and folds them, to be kept when a version
 * is released: every later build must make the same of them.
 */

const [version = 'unreleased'] = process.argv.slice(2);
const MOST = 24;

const runs = new Map<string, History['runs'][number]>();
for (let seed = 1; runs.size < MOST; seed += 1) {
  const world = new World(scenarioOf(seed));
  await world.live();
  for (const { plan, events, status } of world.runs) {
    // One of each kind, so that a few runs hold much of what can happen.
    const types = [...new Set(events.map(({ event }) => event.type))].sort();
    const kind = `${status.state} ${types.join()}`;
    if (!status.finishedAt || runs.has(kind) || runs.size === MOST) continue;
    const stored = JSON.parse(JSON.stringify({ plan, events })) as History['runs'][number];
    runs.set(kind, { ...stored, folded: foldedAs(status) as History['runs'][number]['folded'] });
  }
}
const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
const history: History = { version, commit, runs: [...runs.values()] };
const file = join(import.meta.dirname, `${version}.json`);
writeFileSync(file, `${JSON.stringify(history)}\n`);
process.stdout.write(`${file}: ${runs.size} runs\n`);
