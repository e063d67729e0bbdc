import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { backupSqlite } from '@triad/shared/state/backup-sqlite.ts';
import { KyselyStateStore } from '@triad/shared/state/kysely-state-store.ts';
import { openSqlite } from '@triad/shared/state/sqlite-database.ts';
import request from 'supertest';
import { stateRoutes } from '../../../orchestrator/api/state-routes.ts';
import { createApp } from '../../../orchestrator/app.ts';
import { backupState } from '../../../orchestrator/backup-state.ts';
import { recordingLogger } from '../../harness/recording-logger.ts';
import { planOf } from '../../harness/run-fixtures.ts';
import { temporaryDirectory } from '../../harness/temporary-directory.ts';

test('a backup made while runs are written opens and holds all that was committed before', async () => {
  const home = await temporaryDirectory();
  const file = join(home, 'state.db');
  const store = new KyselyStateStore(await openSqlite(file));
  for (let i = 0; i < 50; i += 1) await store.createRun(planOf(`before-${i}`));
  const copying = backupSqlite(file, join(home, 'backups', 'one.db'), 'one.db');
  for (let i = 0; i < 50; i += 1) await store.createRun(planOf(`during-${i}`));
  await copying;
  await store.close();
  assert.deepEqual(readdirSync(join(home, 'backups')), ['one.db']);
  const copy = new KyselyStateStore(await openSqlite(join(home, 'backups', 'one.db')));
  const ids = (await copy.listRuns({ limit: 500 })).map(({ runId }) => runId);
  assert.equal(ids.filter((id) => id.startsWith('before')).length, 50);
  await copy.close();
});

test('a backup replaces no other one', async () => {
  const home = await temporaryDirectory();
  const file = join(home, 'state.db');
  await (await openSqlite(file)).destroy();
  await backupSqlite(file, join(home, 'one.db'), 'one.db');
  await assert.rejects(backupSqlite(file, join(home, 'one.db'), 'one.db'), {
    code: 'STATE_BACKUP_EXISTS',
  });
});

test('a database server is not backed up, and the error says what does it', async () => {
  const db = await openSqlite(':memory:');
  const opened = { db, where: 'host/triad', file: undefined, close: () => db.destroy() };
  await assert.rejects(backupState(opened, 'backups', 'one'), {
    code: 'STATE_BACKUP_UNSUPPORTED',
    fix: /pg_dump/,
  });
});

test('a name that leads out of the backups, and an age below a day, are refused at the border', async () => {
  const nothing = {
    runs: [],
    ticks: 0,
    deadLetters: 0,
    cacheEntries: 0,
    events: 0,
    alarms: 0,
    auditEntries: 0,
    tokens: 0,
  };
  const asked: unknown[] = [];
  const routes = stateRoutes({
    backup: async (name) => {
      asked.push(name);
      return name;
    },
    prune: async (days) => {
      asked.push(days);
      return nothing;
    },
    preview: async (days) => {
      asked.push(`preview ${days}`);
      return nothing;
    },
  });
  const app = createApp(routes, '1', recordingLogger().log);
  for (const name of [
    '',
    '.',
    '..',
    '../x',
    'a/b',
    'a\\b',
    '.hidden',
    'a..b/',
    'x\0',
    'a'.repeat(101),
    1,
  ]) {
    const answer = await request(app).post('/v1/state:backup').send({ name });
    assert.deepEqual([answer.status, answer.body.error.code], [400, 'INPUT_INVALID'], String(name));
  }
  for (const olderThanDays of [0, -1, '30', null]) {
    const answer = await request(app).post('/v1/state:prune').send({ olderThanDays });
    assert.equal(answer.status, 400, String(olderThanDays));
  }
  assert.deepEqual(asked, []);
  await request(app).post('/v1/state:backup').send({ name: '2026-01-31.db' }).expect(201);
  await request(app).post('/v1/state:prune').send({ olderThanDays: 30, dryRun: true }).expect(200);
  await request(app).post('/v1/state:prune').send({ olderThanDays: 30 }).expect(200);
  assert.deepEqual(asked, ['2026-01-31.db', 'preview 30', 30]);
});
