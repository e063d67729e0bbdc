import type { Command } from 'commander';

/** The command line that prints the help of the command `argv` asks for, such as `triad run --help`. */
export function usageHelp(program: Command, argv: readonly string[]): string {
  const names = [program.name()];
  let current = program;
  for (const word of argv) {
    const next = current.commands.find((command) => command.name() === word);
    if (!next) break;
    names.push(next.name());
    current = next;
  }
  return `${names.join(' ')} --help`;
}
