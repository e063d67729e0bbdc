import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { openSqlite } from '@triad/shared/state/sqlite-database.ts';
import { executeSoon } from '@triad/shared/state/transaction.ts';
import { sql } from 'kysely';
import { temporaryDirectory } from '../../harness/temporary-directory.ts';

const NORMAL = 1;
const FULL = 2;

test('only a statement that may be late does not wait for the disk, also when it fails', async (t) => {
  const db = await openSqlite(join(await temporaryDirectory(), 'state.db'));
  t.after(() => db.destroy());
  const setting = async (connection = db) => {
    const { rows } = await sql<{ synchronous: number }>`pragma synchronous`.execute(connection);
    return rows[0]?.synchronous;
  };
  for (const end of ['done', 'fail', 'done']) {
    let during: number | undefined;
    const work = executeSoon(db, async (connection) => {
      during = await setting(connection);
      if (end === 'fail') throw new Error(end);
    });
    await (end === 'done' ? work : assert.rejects(work, /fail/));
    assert.deepEqual([during, await setting()], [NORMAL, FULL]);
  }
});
