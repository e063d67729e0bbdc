import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { childEnvironment } from '@triad/shared/config/child-environment.ts';
import { z } from 'zod';
import type { CommandContext } from '../command-context.ts';
import { compileCacheDirectory } from '../system/compile-cache.ts';
import { projectDirectory } from '../system/services.ts';
import { queryFailure } from './query-failure.ts';

/** Whose home and profile are asked. */
export type Asker = Pick<CommandContext, 'config' | 'env'>;

const dryRun = z.object({ bytesRead: z.number() });

/**
 * Answers a query on the published tables of the profile's warehouse, in a process of the
 * sql-runner, which alone opens it. `json` is an array of rows, `table-json` an object of columns
 * and rows.
 *
 * @throws SQL_READ_ONLY, SQL_INVALID, DIALECT_UNSUPPORTED, WAREHOUSE_MISSING, WAREHOUSE_BUSY; of
 * BigQuery also WAREHOUSE_DENIED, WAREHOUSE_COST_LIMIT, WAREHOUSE_QUOTA, WAREHOUSE_UNAVAILABLE
 */
export const queryWarehouse = (
  asker: Asker,
  query: string,
  format: 'json' | 'csv' | 'table-json',
): Promise<string> => ask(asker, query, '--format', format);

/** What a query would read, in bytes, without running it. `USAGE` where reading costs nothing. */
export async function bytesReadBy(asker: Asker, query: string): Promise<number> {
  return dryRun.parse(JSON.parse(await ask(asker, query, '--dry-run'))).bytesRead;
}

async function ask(
  { config: { home }, env }: Asker,
  query: string,
  ...options: string[]
): Promise<string> {
  const entry = join(projectDirectory, 'sql-runner', 'query-main.ts');
  const child = spawn(process.execPath, [entry, ...options], {
    env: childEnvironment({ TRIAD_HOME: home, NODE_COMPILE_CACHE: compileCacheDirectory }, env),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin.end(query);
  const [answer, complaint, [exitCode]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  if (exitCode === 0) return answer.trimEnd();
  throw queryFailure(complaint);
}
