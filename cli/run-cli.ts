import { systemClock } from '@triad/shared/clock/clock.ts';
import { callerDirectory } from '@triad/shared/config/caller-directory.ts';
import { loadConfig } from '@triad/shared/config/config.ts';
import { cliExitCode } from '@triad/shared/errors/exit-code.ts';
import { TriadError, toTriadError } from '@triad/shared/errors/triad-error.ts';
import { timeOrderedIds } from '@triad/shared/ids/ids.ts';
import { CommanderError } from 'commander';
import type { CommandContext } from './command-context.ts';
import { createProgram } from './program.ts';
import { errorText } from './render/error-text.ts';
import { userName } from './system/user-name.ts';
import { usageHelp } from './usage-help.ts';

/** Does what a command line asks for and returns the exit code: 0 done, 1 failed, 2 wrong usage. */
export async function runCli(
  argv: string[],
  { terminal, env }: Pick<CommandContext, 'terminal' | 'env'>,
): Promise<number> {
  let exitCode: number = cliExitCode.ok;
  const program = createProgram(terminal, async (command, ...given) => {
    const context: CommandContext = {
      config: loadConfig(env),
      env,
      terminal,
      clock: systemClock,
      ids: timeOrderedIds(systemClock),
      callerDirectory: callerDirectory(env),
      user: userName(),
    };
    exitCode = await command(context, ...given);
  });
  try {
    await program.parseAsync(argv, { from: 'user' });
    return exitCode;
  } catch (thrown) {
    if (thrown instanceof CommanderError && isHelp(thrown)) {
      return thrown.exitCode === 0 ? cliExitCode.ok : cliExitCode.usage;
    }
    const error = codedError(thrown);
    const { code, message } = error;
    const fix = code === 'USAGE' ? `See ${usageHelp(program, argv)}.` : error.fix;
    if (argv.includes('--json'))
      terminal.out.line(JSON.stringify({ error: { code, message, fix } }));
    terminal.err.line(errorText({ code, message, fix }, terminal.err.style));
    const bug = thrown instanceof TriadError ? thrown.cause : thrown;
    // What another process reports as a bug has its stack in that process's log.
    if (code === 'INTERNAL' && bug instanceof Error) terminal.err.line(bug.stack);
    return code === 'USAGE' || code === 'CONFIG_INVALID' ? cliExitCode.usage : cliExitCode.failed;
  }
}

/** Commander has printed what was asked for, or the help that a bare `triad` gets. */
const isHelp = ({ code, exitCode }: CommanderError): boolean =>
  exitCode === 0 || code === 'commander.help';

function codedError(thrown: unknown): TriadError {
  if (!(thrown instanceof CommanderError)) return toTriadError(thrown);
  const reason = thrown.message.replace(/^error: /, '').replaceAll('\n', ' ');
  return new TriadError('USAGE', { reason }, { cause: thrown });
}
