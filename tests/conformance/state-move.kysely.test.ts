import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Database } from '@triad/shared/state/database.ts';
import { exportState } from '@triad/shared/state/export-state.ts';
import { importState } from '@triad/shared/state/import-state.ts';
import { KyselyLeaseStore } from '@triad/shared/state/kysely-lease-store.ts';
import { KyselyStateStore } from '@triad/shared/state/kysely-state-store.ts';
import { KyselyTickLedger } from '@triad/shared/state/kysely-tick-ledger.ts';
import { stateTableNames } from '@triad/shared/state/state-tables.ts';
import type { Kysely } from 'kysely';
import { expectTick } from '../harness/expect-tick.ts';
import {
  changeOf,
  dispatchedEvent,
  everythingOf,
  inFlightOf,
  planOf,
} from '../harness/run-fixtures.ts';
import { databases } from '../harness/state/databases.ts';

const now = new Date('2024-01-01T00:00:00.000Z');
const names = { file: 'the file', where: 'the target' };

/** More rows than a page, in several tables, with text of all kinds. */
async function fill(db: Kysely<Database>): Promise<void> {
  const store = new KyselyStateStore(db);
  for (let i = 0; i < 12; i += 1) {
    const runId = `r${i}`;
    await store.createRun(planOf(runId, { params: { text: `O'Neil "ö" \n 雪 ${i}` } }));
    const slots = [{ pool: 'a', slot: i }];
    const change = changeOf({
      events: Array.from({ length: 60 }, () => dispatchedEvent('only')),
      dispatched: [inFlightOf(runId, 'only', { slots })],
      waits: ['b', 'c'],
    });
    await store.applyChange(runId, 0, change);
  }
  const tick = { pipeline: 'test', occurrence: now, runDate: '2024-01-01' };
  await expectTick(new KyselyTickLedger(db), tick);
  await new KyselyLeaseStore(db).acquire('role', 'me', now, now);
}

async function linesOf(db: Kysely<Database>): Promise<string[]> {
  const lines: string[] = [];
  await exportState(db, now, async (line) => {
    lines.push(line);
  });
  return lines;
}

async function* stream(lines: string[]): AsyncGenerator<string> {
  yield* lines;
}

for (const from of databases) {
  for (const to of databases) {
    test(`what is exported from ${from.name} is the same after an import into ${to.name}`, async () => {
      const source = (await from.open()).db;
      await fill(source);
      const lines = await linesOf(source);
      const before = await everythingOf(new KyselyStateStore(source), 'r0', 'r11');
      const target = (await to.open()).db;
      assert.equal(await importState(target, stream(lines), names), lines.length - 2);
      assert.deepEqual(await linesOf(target), lines);
      assert.deepEqual(await everythingOf(new KyselyStateStore(target), 'r0', 'r11'), before);
    });
  }
}

for (const { name, open } of databases) {
  describe(`what cannot be imported: ${name}`, () => {
    const whole = async () => {
      const { db } = await open();
      await fill(db);
      return linesOf(db);
    };

    const refused = {
      'an empty file': [() => [], 'STATE_EXPORT_INVALID'],
      'a file of something else': [() => ['id,name', '1,x'], 'STATE_EXPORT_INVALID'],
      'an export that is cut off': [(lines) => lines.slice(0, -1), 'STATE_EXPORT_INVALID'],
      'an export that lacks a row': [(lines) => lines.toSpliced(5, 1), 'STATE_EXPORT_INVALID'],
      'an export with a row twice': [
        (lines) => lines.toSpliced(5, 0, lines[4] ?? ''),
        'STATE_EXPORT_INVALID',
      ],
      'a line of an unknown table': [
        (lines) => lines.toSpliced(5, 1, '{"table":"sqlite_master","row":{}}'),
        'STATE_EXPORT_INVALID',
      ],
      'an export of another schema': [
        ([first = '', ...rest]) => [first.replace(/"00\d_\w+"/, '"900_future"'), ...rest],
        'STATE_SCHEMA_DIFFERS',
      ],
    } satisfies Record<string, [(lines: string[]) => string[], string]>;

    test('nothing of it is stored', async () => {
      const lines = await whole();
      const { db } = await open();
      const empty = await linesOf(db);
      for (const [what, [change, code]] of Object.entries(refused)) {
        const given = stream(change(lines));
        await assert.rejects(importState(db, given, names), { code }, what);
        assert.deepEqual(await linesOf(db), empty, what);
      }
    });

    test('a target that is not empty is refused and stays as it is', async () => {
      const lines = await whole();
      const { db } = await open();
      await new KyselyStateStore(db).createRun(planOf('own'));
      const before = await linesOf(db);
      await assert.rejects(importState(db, stream(lines), names), {
        code: 'STATE_NOT_EMPTY',
        message: /the target.*runs/,
      });
      assert.deepEqual(await linesOf(db), before);
    });
  });

  test(`an export has every table: ${name}`, async () => {
    const { db } = await open();
    const tables = await db.introspection.getTables();
    assert.deepEqual(tables.map((table) => table.name).toSorted(), stateTableNames.toSorted());
  });
}
