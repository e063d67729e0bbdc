import type { Guarantee, Proof } from './guarantee.ts';
import { isEmulators, type Results, readResults } from './results.ts';

const notRun = 'not run yet';

/** The text of GUARANTEES.md: each promise, what proves it, and when that last ran. */
export function guaranteesDocument(guarantees: Guarantee[]): string {
  const sections = guarantees.map(({ promise, statement, proofs }) => {
    const rows = proofs.map((proof) => `| ${nameOf(proof)} | ${lastRun(proof)} |`);
    return [`## ${promise}`, '', statement, '', '| proof | last run |', '|---|---|', ...rows].join(
      '\n',
    );
  });
  return `# Guarantees

Each promise, the tests, simulations and faults on real processes that prove it, and when they last
ran. Written by \`npm run guarantees\` from \`tests/guarantees/guarantees.ts\` and from the results
that \`npm test\`, \`npm run test:external\`, \`npm run test:emulators\`, \`npm run simulate\` and
\`npm run chaos\` leave.

${sections.join('\n\n')}
`;
}

function nameOf({ where, test }: Proof): string {
  if (isCommand(where)) return `\`npm run ${where}\``;
  return test === undefined ? `\`${where}\`` : `\`${where}\`: ${test}`;
}

const isCommand = (where: string): boolean => where === 'chaos' || where === 'simulate';

/** The command whose results tell how a proof ended. */
export function commandOf(where: string): string {
  if (isCommand(where)) return where;
  if (isEmulators(where)) return 'emulators';
  return where.endsWith('.external.test.ts') ? 'external' : 'tests';
}

function lastRun({ where }: Proof): string {
  const results: Results | undefined = readResults(commandOf(where));
  const result = results?.results[where];
  if (!results || !result) return notRun;
  const outcome = result.failed === 0 ? `${result.passed} passed` : `${result.failed} FAILED`;
  return `${results.at.slice(0, 10)}, ${results.commit}: ${outcome}`;
}

/** The document without what changes from run to run. */
export const withoutRuns = (document: string): string =>
  document.replace(/\| [^|]* \|$/gm, (cell) => (cell.includes('last run') ? cell : '| |'));
