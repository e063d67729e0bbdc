import { plainStyle } from '../../cli/render/style.ts';
import { renderTable } from '../../cli/render/table.ts';
import type { Finding } from './invariants.ts';

const SHOWN = 5;

/** A table of the invariants, and below it what breaks them. */
export function printFindings(findings: Finding[], say: (line: string) => void): void {
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
  say(renderTable(columns, rows, plainStyle));
  for (const { invariant, violations } of findings) {
    for (const violation of violations.slice(0, SHOWN)) say(`${invariant}: ${violation}`);
  }
}
