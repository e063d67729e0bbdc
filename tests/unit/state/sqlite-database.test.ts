import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { KyselyStateStore } from '@triad/shared/state/kysely-state-store.ts';
import { openSqlite } from '@triad/shared/state/sqlite-database.ts';
import { sql } from 'kysely';
import { changeOf, everythingOf, planOf } from '../../harness/run-fixtures.ts';
import { temporaryDirectory } from '../../harness/temporary-directory.ts';

const stateFile = async () => join(await temporaryDirectory(), 'state.db');

/** A state file with a run in it that nobody has open. */
async function closedStateFile(): Promise<string> {
  const path = await stateFile();
  const store = new KyselyStateStore(await openSqlite(path));
  for (let i = 0; i < 50; i += 1) await store.createRun(planOf(`r${i}`));
  await store.close();
  return path;
}

test('a file that is no database is STATE_CORRUPT and stays as it is', async () => {
  const path = await stateFile();
  await writeFile(path, 'These are not the bytes you are looking for.'.repeat(100));
  const before = await readFile(path);
  await assert.rejects(openSqlite(path), {
    code: 'STATE_CORRUPT',
    message: new RegExp(path),
    fix: /Restore the file from a backup/,
  });
  assert.deepEqual(await readFile(path), before);
});

test('a damaged page is STATE_CORRUPT at opening, not in the middle of a run', async () => {
  const path = await closedStateFile();
  const file = await open(path, 'r+');
  const { size } = await file.stat();
  await file.write(Buffer.alloc(size - 4096, 0xab), 0, size - 4096, 4096);
  await file.close();
  await assert.rejects(openSqlite(path), { code: 'STATE_CORRUPT' });
});

test('a file cut short is STATE_CORRUPT', async () => {
  const path = await closedStateFile();
  const file = await open(path, 'r+');
  await file.truncate(10_000);
  await file.close();
  await assert.rejects(openSqlite(path), { code: 'STATE_CORRUPT' });
});

test('a file that a newer build wrote is STATE_NEWER and is not touched', async () => {
  const path = await closedStateFile();
  const file = new DatabaseSync(path);
  file.exec(`insert into kysely_migration values ('900_future', '2099-01-01T00:00:00Z')`);
  file.close();
  const before = await readFile(path);
  await assert.rejects(openSqlite(path), {
    code: 'STATE_NEWER',
    message: /900_future.*00\d_/,
  });
  assert.deepEqual(await readFile(path), before);
});

test('a full disk is DISK_FULL, loses nothing, and work goes on when there is space', async () => {
  const path = await stateFile();
  const db = await openSqlite(path);
  const store = new KyselyStateStore(db);
  await store.createRun(planOf('r1'));
  const before = await everythingOf(store, 'r1');
  await sql`pragma max_page_count = 1`.execute(db);
  const large = { id: 'm1', topic: 't', event: bulk(1_000_000) };
  const change = changeOf({ state: 'failed', outbox: [large] });
  await assert.rejects(store.applyChange('r1', 0, change), {
    code: 'DISK_FULL',
    message: new RegExp(path),
  });
  assert.deepEqual(await everythingOf(store, 'r1'), before);
  await sql`pragma max_page_count = 1000000`.execute(db);
  assert.equal(await store.applyChange('r1', 0, change), true);
  await store.close();
});

const bulk = (length: number) => ({
  specversion: '1.0' as const,
  id: 'e',
  source: 's',
  type: 't',
  datacontenttype: 'application/json' as const,
  data: 'x'.repeat(length),
});

test('a first start that is cut short at any point does not spoil the home', async () => {
  const script = resolve(import.meta.dirname, '../../harness/state/open-state.ts');
  const codes: (number | null)[] = [];
  for (const kibibytes of [16, 40, 64, 88, 512]) {
    const path = await stateFile();
    // The kernel refuses to let any file grow beyond the limit.
    const limited = `ulimit -f ${2 * kibibytes}; exec "$0" "$@"`;
    const child = spawn('sh', ['-c', limited, process.execPath, script, path]);
    codes.push((await once(child, 'exit'))[0]);
    const store = new KyselyStateStore(await openSqlite(path));
    assert.equal(await store.createRun(planOf('r1')), true);
    await store.close();
  }
  assert.equal(codes.at(-1), 0);
  assert.ok(codes.slice(0, 3).every((code) => code !== 0));
});
