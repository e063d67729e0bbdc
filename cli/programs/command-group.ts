import type { Command } from '../command-context.ts';

/** Does a command with the arguments and options that were parsed for it. */
export type Run = <A extends unknown[]>(command: Command<A>, ...given: A) => Promise<void>;

export const json = ['--json', 'print one JSON document'] as const;
