import { resolve } from 'node:path';
import { cliExitCode } from '@triad/shared/errors/exit-code.ts';
import type { Command } from '../command-context.ts';
import { moveState } from '../system/state-process.ts';
import { withSystem } from '../system/system-session.ts';

type FileCommand = Command<[file: string, options: { json?: boolean }]>;

const mover =
  (action: 'export' | 'import', done: string): FileCommand =>
  async (context, given, { json }) => {
    const file = resolve(context.callerDirectory, given);
    const rows = await moveState(context, action, file);
    context.terminal.out.line(
      json ? JSON.stringify({ file, rows }) : `${rows} rows ${done} ${file}`,
    );
    return cliExitCode.ok;
  };

/** `triad state export`: all runs, ticks and messages as JSON lines. */
export const exportState = mover('export', 'are in');

/** `triad state import`: into a home or a database that is empty. */
export const importState = mover('import', 'were taken from');

/** `triad state backup`: a copy of the state file while the system runs. */
export const backupState: Command<[name: string, options: { json?: boolean }]> = (
  context,
  name,
  { json },
) =>
  withSystem(context, async ({ orchestrator }) => {
    const path = await orchestrator.backupState(name);
    context.terminal.out.line(json ? JSON.stringify({ path }) : `The state is copied to ${path}`);
    return cliExitCode.ok;
  });
