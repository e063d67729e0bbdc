import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { freshDirectory } from './fresh-directory.ts';
import { timed } from './measure.ts';
import { runNode } from './processes.ts';

/* What no system on this machine could be faster than. */

/** Milliseconds that `count` Node processes take that do nothing, one after another. */
export const bareProcesses = (count: number) => (): Promise<number> =>
  timed(async () => {
    for (let i = 0; i < count; i++) await runNode(['-e', '0']);
  });

/** Milliseconds that each of `count` commits takes that a power cut does not undo, in SQLite. */
export async function durableCommits(count: number): Promise<number[]> {
  const directory = await freshDirectory();
  const file = new DatabaseSync(join(directory, 'limit.db'));
  try {
    file.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE t (x TEXT)');
    const insert = file.prepare('INSERT INTO t VALUES (?)');
    const times: number[] = [];
    for (let i = 0; i < count; i++)
      times.push(await timed(async () => insert.run('x'.repeat(500))));
    return times;
  } finally {
    file.close();
  }
}

/** Milliseconds that each of `count` requests takes to a server that only sends `body`. */
export async function bareRequests(body: string, count: number): Promise<number[]> {
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json').end(body);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const times: number[] = [];
  for (let i = 0; i < count; i++) times.push(await timed(async () => (await fetch(url)).json()));
  server.closeAllConnections();
  server.close();
  return times;
}

export const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0);
