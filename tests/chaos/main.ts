import { parseArgs } from 'node:util';
import { keepResults, type Result } from '../guarantees/results.ts';
import { databasesNamed } from './databases.ts';
import { printFindings } from './print-findings.ts';
import { type ChaosReport, runChaos } from './run-chaos.ts';

/*
 * npm run chaos -- [--database all|sqlite|pglite|postgres] [--runs 200] [--seed n] [--minutes 25] [--json]
 *
 * Real services behind a bad network, killed and paused at random together with their jobs, while
 * runs are asked for; then a table of what must hold. Ends non-zero when something does not.
 */

const { values } = parseArgs({
  options: {
    database: { type: 'string', default: 'all' },
    runs: { type: 'string', default: '200' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    minutes: { type: 'string', default: '25' },
    json: { type: 'boolean', default: false },
  },
});
const say = (text: string) => (values.json ? process.stderr : process.stdout).write(`${text}\n`);
const deadline = performance.now() + Number(values.minutes) * 60_000;
const names = databasesNamed(values.database);
const seed = Number(values.seed);
const reports: ChaosReport[] = [];
const outcomes: Record<string, Result> = { chaos: { passed: 0, failed: 0 } };

for (const [index, database] of names.entries()) {
  // What does not divide goes to the first.
  const runs = Math.floor((Number(values.runs) + names.length - 1 - index) / names.length);
  try {
    const report = await runChaos({ database, runs, seed, deadline, say });
    reports.push(report);
    printFindings(report, say);
    for (const { violations } of report.findings) {
      count(violations.length === 0 ? 'passed' : 'failed');
    }
  } catch (error) {
    say(`${database}: ${error instanceof Error ? error.message : error}`);
    count('failed');
  }
}
if (values.json) process.stdout.write(`${JSON.stringify({ seed, reports }, null, 2)}\n`);
keepResults('chaos', outcomes);
process.exitCode = outcomes.chaos?.failed === 0 ? 0 : 1;

function count(kind: keyof Result): void {
  const { chaos } = outcomes;
  if (chaos) chaos[kind] += 1;
}
