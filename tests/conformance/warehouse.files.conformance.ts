import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import { quoteText } from '@triad/shared/warehouse/duckdb-quote.ts';
import type { Cell, OpenWarehouse, RowFile, Warehouse } from '@triad/shared/warehouse/warehouse.ts';
import { temporaryDirectory } from '../harness/temporary-directory.ts';
import { duckDbFile } from '../harness/warehouse/duckdb-warehouse.ts';

const sql = (text: string) => ({ text, origin: 'the test' });
const code = (expected: string) => (error: unknown) => {
  assert.ok(error instanceof TriadError, String(error));
  assert.equal(error.code, expected);
  return true;
};

/** What every warehouse does with files: load rows from them and export rows to them. */
export function warehouseFileConformance(name: string, fresh: () => Promise<OpenWarehouse>): void {
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
  const rowsOf = async (warehouse: Warehouse) =>
    (await warehouse.query(sql('SELECT * FROM shop.t ORDER BY 1'))).rows;

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

    test('a column of a type that no table has is named', () =>
      inWarehouse(async (warehouse) => {
        const directory = await temporaryDirectory();
        const path = join(directory, 'rows.parquet');
        const duckDb = await duckDbFile(join(directory, 'any.duckdb'))({ write: true });
        await duckDb.execute(`COPY (SELECT 1 AS id, ['a', 'b'] AS amount) TO ${quoteText(path)}`);
        await duckDb.close();
        const loading = warehouse.loadFile(target, { path, format: 'parquet', columns });
        await assert.rejects(loading, (error) => {
          assert.match(String(error), /the column amount has a type that no table has/);
          return code('FILE_INVALID')(error);
        });
        assert.equal(await warehouse.columns(target), undefined);
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
