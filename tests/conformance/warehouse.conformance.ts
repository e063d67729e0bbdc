import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import type {
  Cell,
  Column,
  OpenWarehouse,
  RowFile,
  Warehouse,
} from '@triad/shared/warehouse/warehouse.ts';
import { temporaryDirectory } from '../harness/temporary-directory.ts';

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
  '2011-12-10 08:26:00.5',
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

  const load = async (warehouse: Warehouse, content: string, file: Omit<RowFile, 'path'>) => {
    const path = join(await temporaryDirectory(), `rows.${file.format}`);
    await writeFile(path, content);
    return warehouse.loadFile(target, { path, ...file });
  };
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
        const text = "SELECT 1 AS i, SUM(2) AS total, NUMERIC '1.5' AS n, NULL AS nothing";
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

  suite(`warehouse ${name}: files`, () => {
    const columns = ['id', 'amount'];

    test('CSV: fields are text, empty ones are NULL, other columns are named', () =>
      inWarehouse(async (warehouse) => {
        const content = 'note,amount,id\n"a, b",1.50,007\nx,,"8 ""q"""\n';
        const loaded = await load(warehouse, content, { format: 'csv', columns });
        assert.deepEqual(loaded, { rows: 2, otherColumns: ['note'] });
        assert.deepEqual(await rowsOf(warehouse), [
          [1n, '007', '1.50'],
          [2n, '8 "q"', null],
        ]);
      }));

    test('CSV: without a header line the columns are given', () =>
      inWarehouse(async (warehouse) => {
        const file = { format: 'csv', columns, header: false, delimiter: ';' } as const;
        await load(warehouse, '1;2\r\n3;4\r\n', file);
        assert.deepEqual(await rowsOf(warehouse), [
          [1n, '1', '2'],
          [2n, '3', '4'],
        ]);
      }));

    test('CSV: fields may be separated by blanks', () =>
      inWarehouse(async (warehouse) => {
        const file = { format: 'csv', columns, delimiter: 'whitespace' } as const;
        await load(warehouse, ' id  amount\r\n 00001   11.77\r\n 00002\t12.00\r\n\r\n', file);
        assert.deepEqual(await rowsOf(warehouse), [
          [1n, '00001', '11.77'],
          [2n, '00002', '12.00'],
        ]);
      }));

    test('CSV: a row of another length is named', () =>
      inWarehouse(async (warehouse) => {
        const loading = load(warehouse, 'id,amount\n1,2\n3\n', { format: 'csv', columns });
        await assert.rejects(loading, (error) => {
          assert.match(String(error), /[Ll]ine:? 3/);
          return code('FILE_INVALID')(error);
        });
        const file = { format: 'csv', columns, header: false, delimiter: 'whitespace' } as const;
        await assert.rejects(load(warehouse, '1 2\n3\n', file), (error) => {
          assert.match(String(error), /line 2 has 1 fields, expected 2: 3/);
          return code('FILE_INVALID')(error);
        });
      }));

    test('JSON lines: values are text, absent ones are NULL', () =>
      inWarehouse(async (warehouse) => {
        const content = '{"id":"a","amount":12.50,"x":1}\n{"amount":null}\n';
        const loaded = await load(warehouse, content, { format: 'jsonl', columns });
        assert.deepEqual(loaded, { rows: 2, otherColumns: ['x'] });
        assert.deepEqual(await rowsOf(warehouse), [
          [1n, 'a', '12.5'],
          [2n, null, null],
        ]);
      }));

    test('Parquet: a file comes back with its types, in its order', () =>
      inWarehouse(async (warehouse) => {
        const path = join(await temporaryDirectory(), 'rows.parquet');
        const text =
          "SELECT 2 AS id, NUMERIC '1.5' AS amount, 'x' AS other UNION ALL SELECT 1, 3, 'y'";
        assert.equal(await warehouse.exportParquet(sql(`${text} ORDER BY id DESC`), path), 2);
        const loaded = await warehouse.loadFile(target, { path, format: 'parquet', columns });
        assert.deepEqual(loaded, { rows: 2, otherColumns: ['other'] });
        assert.deepEqual(await warehouse.columns(target), [
          { name: '_line', type: 'INT64' },
          { name: 'id', type: 'INT64' },
          { name: 'amount', type: 'NUMERIC' },
        ]);
        assert.deepEqual(await rowsOf(warehouse), [
          [1n, 2n, '1.5'],
          [2n, 1n, '3'],
        ]);
      }));

    test('the first rows only, when a limit is given', () =>
      inWarehouse(async (warehouse) => {
        const content = 'id,amount\n1,1\n2,2\n3,3\n';
        const loaded = await load(warehouse, content, { format: 'csv', columns, limit: 2 });
        assert.equal(loaded.rows, 2);
        assert.deepEqual(await rowsOf(warehouse), [
          [1n, '1', '1'],
          [2n, '2', '2'],
        ]);
      }));

    test('missing columns are named beside those there are', () =>
      inWarehouse(async (warehouse) => {
        const loading = load(warehouse, 'ID,amount\n1,2\n', { format: 'csv', columns });
        await assert.rejects(loading, (error) => {
          assert.match(String(error), /lacks the columns id; it has ID, amount/);
          return code('FILE_COLUMNS_MISSING')(error);
        });
      }));

    test('a missing file, and a file of another format, are told apart', () =>
      inWarehouse(async (warehouse) => {
        const file = { path: '/nowhere/rows.csv', format: 'csv', columns } as const;
        await assert.rejects(warehouse.loadFile(target, file), code('FILE_MISSING'));
        const png = '\u0089PNG\r\n\u001a\n';
        for (const format of ['parquet', 'jsonl'] as const) {
          await assert.rejects(load(warehouse, png, { format, columns }), code('FILE_INVALID'));
        }
        await assert.rejects(load(warehouse, png, { format: 'csv', columns }), TriadError);
        await assert.rejects(
          load(warehouse, '', { format: 'parquet', columns }),
          code('FILE_INVALID'),
        );
      }));

    test('equal rows make equal bytes', () =>
      inWarehouse(async (warehouse) => {
        const folder = await temporaryDirectory();
        const rows = Array.from({ length: 5000 }, (_, n): Cell[] => [BigInt(n), `c${n % 7}`]);
        const write = async (file: string, ordered: Cell[][]) => {
          await warehouse.drop(target);
          await warehouse.createTable(target, [
            { name: 'i', type: 'INT64' },
            { name: 's', type: 'STRING' },
          ]);
          await warehouse.insertRows(target, ordered);
          const path = join(folder, file);
          await warehouse.exportParquet(sql('SELECT i, s FROM shop.t ORDER BY i, s'), path);
          return readFile(path);
        };
        const first = await write('a.parquet', rows);
        assert.ok(first.equals(await write('b.parquet', rows.toReversed())));
        assert.ok(!first.equals(await write('c.parquet', rows.slice(1))));
      }));
  });
}
