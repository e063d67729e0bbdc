import type { Clock } from '@triad/shared/clock/clock.ts';
import type { Config } from '@triad/shared/config/config.ts';
import type { Ids } from '@triad/shared/ids/ids.ts';
import type { Terminal } from './render/terminal.ts';

/** What every command is given. */
export interface CommandContext {
  config: Config;
  /** What the processes that a command starts find in their environment, beside its own changes. */
  env: NodeJS.ProcessEnv;
  terminal: Terminal;
  clock: Clock;
  /** Of requests that are made once, however often they are sent. */
  ids: Ids;
  /** Where relative paths of the command line start. */
  callerDirectory: string;
  /** The name that this person has on this machine. */
  user: string;
}

/** Does one command; resolves with the exit code. Failures are thrown as `TriadError`. */
export type Command<Arguments extends unknown[]> = (
  context: CommandContext,
  ...given: Arguments
) => Promise<number>;
