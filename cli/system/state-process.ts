import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { childEnvironment } from '@triad/shared/config/child-environment.ts';
import { errorReport } from '@triad/shared/contracts/error-report.ts';
import { errorFromReport } from '@triad/shared/errors/error-from-report.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import { makeDirectory } from '@triad/shared/state/make-directory.ts';
import { z } from 'zod';
import type { CommandContext } from '../command-context.ts';
import { compileCacheDirectory } from './compile-cache.ts';
import { projectDirectory } from './services.ts';

const answer = z.union([z.object({ rows: z.int() }), z.object({ error: errorReport })]);

/**
 * Exports or imports the whole state in a process of the orchestrator, which alone opens it.
 *
 * @returns how many rows there were
 * @throws HOME_IN_USE, STATE_EXPORT_INVALID, STATE_SCHEMA_DIFFERS, STATE_NOT_EMPTY, FILE_INVALID
 */
export async function moveState(
  { config: { home }, env }: Pick<CommandContext, 'config' | 'env'>,
  action: 'export' | 'import',
  file: string,
): Promise<number> {
  makeDirectory(home);
  const entry = join(projectDirectory, 'orchestrator', 'state-main.ts');
  const child = spawn(process.execPath, [entry, action, file], {
    env: childEnvironment({ TRIAD_HOME: home, NODE_COMPILE_CACHE: compileCacheDirectory }, env),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [printed, complaint] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  const told = answerOf(printed);
  if (told === undefined) {
    throw new TriadError('INTERNAL', { reason: `the state process failed: ${complaint.trim()}` });
  }
  if ('error' in told) throw errorFromReport(told.error);
  return told.rows;
}

function answerOf(printed: string): z.output<typeof answer> | undefined {
  try {
    return answer.parse(JSON.parse(printed));
  } catch {
    return undefined;
  }
}
