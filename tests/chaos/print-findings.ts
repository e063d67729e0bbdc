import { plainStyle } from '../../cli/render/style.ts';
import { renderTable } from '../../cli/render/table.ts';
import type { ChaosReport } from './run-chaos.ts';

const SHOWN = 5;

/** What was done, a table of the invariants, and below it what breaks them. */
export function printFindings(report: ChaosReport, say: (line: string) => void): void {
  const { database, runs, seconds, mischief, findings } = report;
  const harm = Object.entries(mischief).map(([what, times]) => `${times} × ${what}`);
  say(`${database}: ${runs} runs in ${seconds} s, with ${harm.join(', ')}\n`);
  const columns = [
    { head: 'invariant' },
    { head: 'checked', align: 'right' as const },
    { head: 'violations', align: 'right' as const },
  ];
  const rows = findings.map(({ invariant, checked, violations }) => [
    invariant,
    String(checked),
    String(violations.length),
  ]);
  say(`${renderTable(columns, rows, plainStyle)}\n`);
  for (const { invariant, violations } of findings) {
    for (const violation of violations.slice(0, SHOWN)) say(`${invariant}: ${violation}`);
  }
}
