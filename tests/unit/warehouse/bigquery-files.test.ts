import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { freshWarehouse } from '../../harness/sql-runner/fresh-warehouse.ts';
import { temporaryDirectory } from '../../harness/temporary-directory.ts';
import { bigQueryOnFake, coded } from '../../harness/warehouse/bigquery-on-fake.ts';
import { rowsOfParquet, typesOfParquet } from '../../harness/warehouse/rows-of-parquet.ts';

const table = { dataset: 'shop', table: 't' };

suite('files on their way to and from BigQuery', () => {
  test('a Parquet file is loaded by one job, with its types, and leaves nothing behind', async () => {
    const scratch = await temporaryDirectory();
    const path = join(await temporaryDirectory(), 'rows.parquet');
    const duckDb = await freshWarehouse();
    const text = `SELECT 9223372036854775807 AS i, NUMERIC '1.5' AS n, DATE '2011-12-10' AS d,
      CAST('2011-12-10 08:26:00.500001' AS DATETIME) AS dt, 0.1 AS f, 'naïve "x"' AS s, TRUE AS b
      UNION ALL SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL`;
    await duckDb.exportParquet({ text: `${text} ORDER BY i DESC`, origin: 'the test' }, path);
    await duckDb.close();
    const { fake, open } = await bigQueryOnFake({ scratch });
    const columns = ['i', 'n', 'd', 'dt', 'f', 's', 'b'];
    const loaded = await (await open()).loadFile(table, { path, format: 'parquet', columns });
    assert.deepEqual(loaded, { rows: 2, otherColumns: [] });
    const [job] = fake.ran;
    assert.deepEqual(job?.configuration.load, {
      sourceFormat: 'PARQUET',
      createDisposition: 'CREATE_IF_NEEDED',
      writeDisposition: 'WRITE_EMPTY',
      schema: {
        fields: [
          { name: '_line', type: 'INT64' },
          { name: 'i', type: 'INT64' },
          { name: 'n', type: 'NUMERIC' },
          { name: 'd', type: 'DATE' },
          { name: 'dt', type: 'DATETIME' },
          { name: 'f', type: 'FLOAT64' },
          { name: 's', type: 'STRING' },
          { name: 'b', type: 'BOOL' },
        ],
      },
      destinationTable: { projectId: 'shop-1', datasetId: 'dev_shop', tableId: 't' },
    });
    const [upload = assert.fail('nothing was uploaded')] = fake.uploads;
    const full = [9223372036854775807n, '1.5', '2011-12-10', '2011-12-10 08:26:00.500001', 0.1];
    assert.deepEqual(await rowsOfParquet(upload), [
      [1n, ...full, 'naïve "x"', true],
      [2n, null, null, null, null, null, null, null],
    ]);
    assert.deepEqual(await readdir(scratch), []);
  });

  test('the footer of what is loaded says of each column what BigQuery reads it as', async () => {
    const { fake, open } = await bigQueryOnFake();
    const fields = ['INT64', 'NUMERIC', 'DATE', 'DATETIME', 'FLOAT64', 'STRING', 'BOOL'];
    fake.tables.set('dev_shop.t', {
      schema: { fields: fields.map((type) => ({ name: type.toLowerCase(), type })) },
    });
    const row = [1n, '1.5', '2011-12-10', '2011-12-10 08:26:00.500001', 0.1, 'a', true];
    await (await open()).insertRows(table, [row]);
    const [upload = assert.fail('nothing was uploaded')] = fake.uploads;
    // cloud.google.com/bigquery/docs/loading-data-cloud-storage-parquet#parquet_conversions
    const local =
      'isAdjustedToUTC=0, unit=TimeUnit(MILLIS=<null>, MICROS=MicroSeconds(), NANOS=<null>)';
    assert.deepEqual(await typesOfParquet(upload), [
      ['int64', 'INT64', 'INT_64', null],
      ['numeric', 'FIXED_LEN_BYTE_ARRAY', 'DECIMAL', 'DecimalType(scale=9, precision=38)'],
      ['date', 'INT32', 'DATE', null],
      ['datetime', 'INT64', 'TIMESTAMP_MICROS', `TimestampType(${local})`],
      ['float64', 'DOUBLE', null, null],
      ['string', 'BYTE_ARRAY', 'UTF8', null],
      ['bool', 'BOOLEAN', null, null],
    ]);
  });

  test('an export has the bytes that DuckDB gives equal rows', async () => {
    const folder = await temporaryDirectory();
    const [a, b] = [join(folder, 'a.parquet'), join(folder, 'b.parquet')];
    const text = `SELECT 'a' AS s, 1 AS i, NUMERIC '1.5' AS n, DATE '2011-12-10' AS d,
      CAST('2011-12-10 08:26:00.500001' AS DATETIME) AS dt
      UNION ALL SELECT 'b', 2, 3, NULL, NULL UNION ALL SELECT NULL, -1, 0, NULL, NULL`;
    const sql = { text: `SELECT * FROM (${text}) AS t ORDER BY i DESC`, origin: 'the test' };
    const duckDb = await freshWarehouse();
    await duckDb.exportParquet(sql, a);
    await duckDb.close();
    const { fake, open } = await bigQueryOnFake();
    fake.ends = () => ({
      fields: [
        { name: 's', type: 'STRING' },
        { name: 'i', type: 'INTEGER' },
        { name: 'n', type: 'NUMERIC' },
        { name: 'd', type: 'DATE' },
        { name: 'dt', type: 'DATETIME' },
      ],
      rows: [
        ['b', '2', '3', null, null],
        ['a', '1', '1.5', '2011-12-10', '2011-12-10T08:26:00.500001'],
        [null, '-1', '0', null, null],
      ],
    });
    assert.equal(await (await open()).exportParquet(sql, b), 3);
    assert.ok((await readFile(a)).equals(await readFile(b)));
  });

  test('a result without rows is a file all the same; a type of no snapshot is refused', async () => {
    const { fake, open } = await bigQueryOnFake();
    const warehouse = await open();
    const file = join(await temporaryDirectory(), 'x.parquet');
    const sql = { text: 'SELECT 1 AS x', origin: 'the test' };
    fake.ends = () => ({ fields: [{ name: 'x', type: 'INTEGER' }] });
    assert.equal(await warehouse.exportParquet(sql, file), 0);
    assert.equal((await readFile(file)).subarray(0, 4).toString(), 'PAR1');
    fake.ends = () => ({ fields: [{ name: 'x', type: 'TIMESTAMP' }] });
    await assert.rejects(warehouse.exportParquet(sql, file), coded('SQL_INVALID', false));
  });

  test('what is wrong with a file shows before anything is sent', async () => {
    const { fake, open } = await bigQueryOnFake();
    const warehouse = await open();
    const path = join(await temporaryDirectory(), 'rows.csv');
    await writeFile(path, 'id,amount\n1,2\n3\n');
    const file = { path, format: 'csv', columns: ['id', 'amount'] } as const;
    await assert.rejects(warehouse.loadFile(table, file), coded('FILE_INVALID', false));
    const other = { ...file, columns: ['nothing'] };
    await assert.rejects(warehouse.loadFile(table, other), coded('FILE_COLUMNS_MISSING', false));
    assert.deepEqual(fake.ran, []);
  });

  test('a load that fails says which', async () => {
    const { fake, open } = await bigQueryOnFake();
    fake.tables.set('dev_shop.t', { schema: { fields: [{ name: 'x', type: 'INTEGER' }] } });
    fake.ends = () => ({ error: { reason: 'invalid', message: 'Could not parse x' } });
    await assert.rejects((await open()).insertRows(table, [[1n]]), (error) => {
      assert.match(String(error), /Could not parse x/);
      return coded('SQL_INVALID', false)(error);
    });
  });
});
