import { childEnvironment } from '@triad/shared/config/child-environment.ts';
import { plainStyle } from '../../../cli/render/style.ts';
import type { TextOutput } from '../../../cli/render/terminal.ts';
import { runCli } from '../../../cli/run-cli.ts';
import type { Ended } from './triad-process.ts';

/**
 * Does what `triad` does with these arguments, in this process, which saves the start of another.
 * Whatever the command starts is a process of its own, as ever.
 */
export async function triad(args: string[], env: NodeJS.ProcessEnv): Promise<Ended> {
  const written = { stdout: '', stderr: '' };
  const output = (name: 'stdout' | 'stderr'): TextOutput => {
    const write = (text: string) => {
      written[name] += text;
    };
    // Only what is drawn in place on a terminal looks at the stream.
    const stream = process[name];
    return {
      stream,
      style: plainStyle,
      isTerminal: false,
      write,
      line: (t = '') => write(`${t}\n`),
    };
  };
  const exitCode = await runCli(args, {
    terminal: { out: output('stdout'), err: output('stderr') },
    env: childEnvironment(env),
  });
  return { exitCode, ...written };
}
