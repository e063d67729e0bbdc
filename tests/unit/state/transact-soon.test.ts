import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { openSqlite } from '@triad/shared/state/sqlite-database.ts';
import { transactSoon } from '@triad/shared/state/transaction.ts';
import { sql } from 'kysely';
import { temporaryDirectory } from '../../harness/temporary-directory.ts';

const NORMAL = 1;
const FULL = 2;

test('only a transaction that may be late does not wait for the disk, also when it fails', async (t) => {
  const db = await openSqlite(join(await temporaryDirectory(), 'state.db'));
  t.after(() => db.destroy());
  const setting = async (connection = db) => {
    const { rows } = await sql<{ synchronous: number }>`pragma synchronous`.execute(connection);
    return rows[0]?.synchronous;
  };
  for (const end of ['commit', 'roll back', 'commit']) {
    let during: number | undefined;
    const work = transactSoon(db, async (tx) => {
      during = await setting(tx);
      if (end === 'roll back') throw new Error(end);
    });
    await (end === 'commit' ? work : assert.rejects(work, /roll back/));
    assert.deepEqual([during, await setting()], [NORMAL, FULL]);
  }
});
