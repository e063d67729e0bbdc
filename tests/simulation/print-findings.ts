import { plainStyle } from '../../cli/render/style.ts';
import { renderTable } from '../../cli/render/table.ts';
import type { Simulated } from './simulate.ts';
import { invariants } from './world/invariants/invariants.ts';

/** What was checked, which faults there were, and how a world that failed is seen again. */
export function printFindings(
  from: number,
  { worlds, runs, seconds, workers, failed, faults, checks }: Simulated,
  say: (line: string) => void,
): void {
  const count = (head: string) => ({ head, align: 'right' as const });
  const held = invariants.map(({ name }) => {
    const violated = failed.filter(({ violations }) => violations[0]?.invariant === name);
    return [name, String(checks[name] ?? 0), String(violated.length)];
  });
  const columns = [{ head: 'invariant' }, count('checked'), count('worlds that broke it')];
  say(renderTable(columns, held, plainStyle));
  const injected = Object.entries(faults).sort(([a], [b]) => (a < b ? -1 : 1));
  const rows = injected.map(([name, times]) => [name, String(times)]);
  say(`\n${renderTable([{ head: 'fault' }, count('times')], rows, plainStyle)}`);
  const speed = Math.round(runs / seconds);
  const where = workers === 1 ? 'one thread' : `${workers} threads`;
  say(`\n${runs} runs in ${worlds} worlds from seed ${from}: ${speed} runs a second on ${where}`);
  for (const { seed, violations } of failed) {
    const [first] = violations;
    say(`\nseed ${seed} breaks: ${first?.invariant}\n  ${first?.at} ${first?.text}`);
    say(`  see it again: npm run simulate -- --seed ${seed} --log`);
  }
}
