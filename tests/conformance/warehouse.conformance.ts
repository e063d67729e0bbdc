import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import type { Cell, Column, OpenWarehouse, Warehouse } from '@triad/shared/warehouse/warehouse.ts';
import { warehouseFileConformance } from './warehouse.files.conformance.ts';

const sql = (text: string) => ({ text, origin: 'the test' });
const code = (expected: string) => (error: unknown) => {
  assert.ok(error instanceof TriadError, String(error));
  assert.equal(error.code, expected);
  return true;
};

const everyType: Column[] = [
  { name: 'b', type: 'BOOL' },
  { name: 'd', type: 'DATE' },
  { name: 'dt', type: 'DATETIME' },
  { name: 'f', type: 'FLOAT64' },
  { name: 'i', type: 'INT64' },
  { name: 'n', type: 'NUMERIC' },
  { name: 's', type: 'STRING' },
];
const everyValue: Cell[] = [
  true,
  '1899-12-31',
  '2011-12-10 08:26:00.500001',
  0.1,
  -9223372036854775807n,
  '-12345678901234567890.123456789',
  'naïve "quoted"\n',
];

/** What every warehouse does. `fresh` gives the way to open a new, empty one. */
export function warehouseConformance(name: string, fresh: () => Promise<OpenWarehouse>): void {
  const target = { dataset: 'shop', table: 't' };

  async function inWarehouse(work: (warehouse: Warehouse) => Promise<void>): Promise<void> {
    const open = await fresh();
    const warehouse = await open({ write: true });
    try {
      await warehouse.createDataset('shop', 'permanent');
      await work(warehouse);
    } finally {
      await warehouse.close();
    }
  }

  const rowsOf = async (warehouse: Warehouse, text = 'SELECT * FROM shop.t ORDER BY 1') =>
    (await warehouse.query(sql(text))).rows;

  suite(`warehouse ${name}: tables`, () => {
    test('rows of every type come back as they went in', () =>
      inWarehouse(async (warehouse) => {
        await warehouse.createTable(target, everyType);
        await warehouse.insertRows(target, [everyValue, everyType.map(() => null)]);
        assert.deepEqual(await warehouse.columns(target), everyType);
        const { columns, rows } = await warehouse.query(
          sql('SELECT * FROM shop.t ORDER BY s DESC'),
        );
        assert.deepEqual(columns, everyType);
        assert.deepEqual(rows, [everyValue, everyType.map(() => null)]);
      }));

    test('a table made from a query has the types of GoogleSQL', () =>
      inWarehouse(async (warehouse) => {
        const text = `SELECT 1 AS i, SUM(2) AS total, NUMERIC '1.5' AS n, NULL AS nothing
          FROM (SELECT 1 AS one)`;
        await warehouse.createTable(target, sql(text));
        assert.deepEqual(await warehouse.columns(target), [
          { name: 'i', type: 'INT64' },
          { name: 'total', type: 'INT64' },
          { name: 'n', type: 'NUMERIC' },
          { name: 'nothing', type: 'INT64' },
        ]);
      }));

    test('a table that exists is not made again', () =>
      inWarehouse(async (warehouse) => {
        await warehouse.createTable(target, sql('SELECT 1 AS x'));
        await assert.rejects(warehouse.createTable(target, sql('SELECT 2 AS x')), TriadError);
        assert.deepEqual(await rowsOf(warehouse), [[1n]]);
      }));

    test('a view shows the tables as they are, and is replaced by one of its name', () =>
      inWarehouse(async (warehouse) => {
        await warehouse.createTable(target, sql('SELECT 1 AS x'));
        const view = { dataset: 'shop', table: 'v' };
        await warehouse.createView(view, sql('SELECT x FROM shop.t'));
        await warehouse.insertRows(target, [[2n]]);
        assert.deepEqual(await rowsOf(warehouse, 'SELECT x FROM shop.v ORDER BY x'), [[1n], [2n]]);
        await warehouse.createView(view, sql('SELECT 9 AS y'));
        assert.deepEqual(await warehouse.columns(view), [{ name: 'y', type: 'INT64' }]);
      }));

    test('what was dropped is gone, and dropping it again does no harm', () =>
      inWarehouse(async (warehouse) => {
        await warehouse.createTable(target, sql('SELECT 1 AS x'));
        await warehouse.createView({ dataset: 'shop', table: 'v' }, sql('SELECT 1 AS x'));
        for (const table of ['t', 'v', 'never']) await warehouse.drop({ dataset: 'shop', table });
        assert.equal(await warehouse.columns(target), undefined);
        assert.equal(await warehouse.columns({ dataset: 'shop', table: 'v' }), undefined);
      }));

    test('rows are copied by the names of their columns', () =>
      inWarehouse(async (warehouse) => {
        const from = { dataset: 'shop', table: 'from' };
        await warehouse.createTable(target, sql("SELECT 'old' AS s, 0 AS i"));
        await warehouse.createTable(from, sql("SELECT 1 AS i, 'new' AS s"));
        assert.equal(await warehouse.copyRows(from, target), 1);
        assert.deepEqual(await rowsOf(warehouse, 'SELECT i, s FROM shop.t ORDER BY i'), [
          [0n, 'old'],
          [1n, 'new'],
        ]);
      }));

    test('only rows that equal all the given values are deleted', () =>
      inWarehouse(async (warehouse) => {
        await warehouse.createTable(
          target,
          sql(`SELECT DATE '2011-12-10' AS d, 'a' AS s UNION ALL SELECT DATE '2011-12-10', 'b'
               UNION ALL SELECT DATE '2011-12-11', 'a'`),
        );
        await warehouse.deleteRows(target, {
          d: { type: 'DATE', value: '2011-12-10' },
          s: { type: 'STRING', value: 'a' },
        });
        assert.deepEqual(await rowsOf(warehouse), [
          ['2011-12-10', 'b'],
          ['2011-12-11', 'a'],
        ]);
      }));

    test('a table of no name is refused, not quoted into the statement', () =>
      inWarehouse(async (warehouse) => {
        const bad = { dataset: 'shop', table: 't" (x INTEGER); DROP SCHEMA shop; --' };
        await assert.rejects(warehouse.createTable(bad, everyType), code('INPUT_INVALID'));
      }));

    test('a parameter has its value in a text that names it, and does no harm in one that does not', () =>
      inWarehouse(async (warehouse) => {
        const parameters = {
          run_date: { type: 'DATE', value: '2024-01-31' },
          other: { type: 'INT64', value: 7n },
        } as const;
        for (const [text, value] of [
          ['SELECT @run_date AS x', '2024-01-31'],
          ["SELECT '@run_date $other' AS x", '@run_date $other'],
        ] as const) {
          const { rows } = await warehouse.query({ ...sql(text), parameters });
          assert.deepEqual(rows, [[value]]);
        }
      }));

    test('a query that fails says whose it is', () =>
      inWarehouse(async (warehouse) => {
        await assert.rejects(warehouse.query(sql('SELECT x FROM shop.nothing')), (error) => {
          assert.match(String(error), /the test/);
          return code('SQL_INVALID')(error);
        });
      }));
  });

  suite(`warehouse ${name}: datasets and transactions`, () => {
    test('datasets are listed by prefix and dropped with all that is in them', () =>
      inWarehouse(async (warehouse) => {
        await warehouse.createDataset('aside_1', 'temporary');
        await warehouse.createDataset('aside_2', 'permanent');
        const table = { dataset: 'aside_1', table: 't' };
        await warehouse.createTable(table, sql('SELECT 1 AS x'));
        assert.deepEqual(await rowsOf(warehouse, 'SELECT x FROM aside_1.t'), [[1n]]);
        assert.deepEqual(await warehouse.datasets('aside_'), ['aside_1', 'aside_2']);
        await warehouse.dropDataset('aside_1');
        await warehouse.dropDataset('aside_2');
        await warehouse.dropDataset('aside_2');
        assert.deepEqual(await warehouse.datasets('aside_'), []);
      }));

    test('rows go from a temporary dataset into a permanent one within a transaction', () =>
      inWarehouse(async (warehouse) => {
        await warehouse.createDataset('aside', 'temporary');
        const aside = { dataset: 'aside', table: 't' };
        await warehouse.createTable(aside, sql('SELECT 7 AS x'));
        await warehouse.transaction(async (session) => {
          assert.equal(await session.columns(target), undefined);
          await session.createTable(target, (await session.columns(aside)) ?? []);
          await session.copyRows(aside, target);
        });
        assert.deepEqual(await rowsOf(warehouse), [[7n]]);
      }));

    test('nothing of a transaction that fails is left', () =>
      inWarehouse(async (warehouse) => {
        await warehouse.createTable(target, sql('SELECT 1 AS x'));
        const failing = warehouse.transaction(async (session) => {
          await session.insertRows(target, [[2n]]);
          await session.createTable({ dataset: 'shop', table: 'u' }, sql('SELECT 1 AS x'));
          await session.drop(target);
          throw new Error('on purpose');
        });
        await assert.rejects(failing, /on purpose/);
        assert.deepEqual(await rowsOf(warehouse), [[1n]]);
        assert.equal(await warehouse.columns({ dataset: 'shop', table: 'u' }), undefined);
        await warehouse.transaction((session) => session.insertRows(target, [[3n]]));
        assert.deepEqual(await rowsOf(warehouse), [[1n], [3n]]);
      }));

    test('what was committed is there after opening again', async () => {
      const open = await fresh();
      const writer = await open({ write: true });
      await writer.createDataset('shop', 'permanent');
      await writer.createTable(target, sql('SELECT 1 AS x'));
      await writer.close();
      const reader = await open({ write: false });
      assert.deepEqual(await rowsOf(reader), [[1n]]);
      await reader.close();
    });

    test('a reader cannot write', async () => {
      const open = await fresh();
      await (await open({ write: true })).close();
      const reader = await open({ write: false });
      await assert.rejects(reader.createDataset('shop', 'permanent'), TriadError);
      await reader.close();
    });

    test('there is nothing to read before the first writer', async () => {
      const open = await fresh();
      await assert.rejects(open({ write: false }), code('WAREHOUSE_MISSING'));
    });
  });

  warehouseFileConformance(name, fresh);
}
