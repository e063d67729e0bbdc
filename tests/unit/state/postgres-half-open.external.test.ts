import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import { openPostgres } from '@triad/shared/state/postgres-database.ts';
import { sql } from 'kysely';
import { TcpProxy } from '../../chaos/tcp-proxy.ts';
import { PgliteServer } from '../../harness/state/pglite-server.ts';

test('a connection that swallows everything fails its query in time, and the next query gets another', async (t) => {
  const server = await PgliteServer.start();
  const url = new URL(server.url);
  const target = Number(url.port);
  const network = new TcpProxy({ name: 'database', target: () => target });
  url.port = String(await network.listen());
  const db = await openPostgres({ url: url.href, queryTimeoutMs: 200 });
  t.after(async () => {
    await db.destroy();
    await network.close();
    await server.stop();
  });
  const one = () => sql<{ n: number }>`select 1 as n`.execute(db);
  const isUnreachable = (error: unknown) =>
    error instanceof TriadError && error.code === 'STATE_UNREACHABLE';

  assert.equal((await one()).rows[0]?.n, 1);
  network.change('blackhole');
  await assert.rejects(one(), isUnreachable);
  network.change('fair');
  assert.equal((await one()).rows[0]?.n, 1);

  const inTransaction = db.transaction().execute(async (tx) => {
    await sql`select 1`.execute(tx);
    network.change('blackhole');
    await sql`select 1`.execute(tx);
  });
  await assert.rejects(inTransaction, isUnreachable);
  network.change('fair');
  assert.equal((await one()).rows[0]?.n, 1);
});
