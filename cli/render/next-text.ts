/** How a person types `triad` in a checkout. */
const typed = 'npm run -s triad --';

/** What to try next: command lines without the name of the program. */
export const nextText = (commandLines: string[]): string =>
  ['Next:', ...commandLines.map((line) => `  ${typed} ${line}`)].join('\n');
