import { Help, type Command as Program } from 'commander';
import type { Command } from '../command-context.ts';

/** Does a command with the arguments and options that were parsed for it. */
export type Run = <A extends unknown[]>(command: Command<A>, ...given: A) => Promise<void>;

export const json = ['--json', 'print one JSON document'] as const;

/** Shows the options of the command that a group does without a subcommand in the group's own help. */
export function showOptionsOf(usual: Program, group: Program): void {
  const help = new Help();
  group.configureHelp({
    visibleOptions: (command) => help.visibleOptions(command === group ? usual : command),
  });
}
