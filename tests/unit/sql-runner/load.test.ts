import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import type { Params } from '@triad/shared/contracts/json.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import { fileWith, orderSource } from '../../harness/sql-runner/order-file.ts';
import { copyOfSqlProject } from '../../harness/sql-runner/sql-project.ts';
import { repositorySql, SqlRunnerHome } from '../../harness/sql-runner/sql-runner-home.ts';

const load = (home: SqlRunnerHome, params: Params, more: { runDate?: string } = {}) =>
  home.step({ kind: 'load', params, ...more });

const linesOf = (home: SqlRunnerHome) =>
  home.query('SELECT id_customer, order_date, sales_ar FROM order_lines ORDER BY run_date, line');

/** What the load throws; nothing may have been published. */
async function refusal(home: SqlRunnerHome, params: Params): Promise<TriadError> {
  const error = await load(home, params).then(
    () => assert.fail('the load succeeded'),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof TriadError, String(error));
  return error;
}

suite('load: files', () => {
  const expected = [
    ['007', '2011-12-01', '10.5'],
    ['b', '2011-12-02', '0'],
  ];
  const files: [format: string, content: string][] = [
    ['csv', 'id_customer,order_date,sales_ar\n007,2011-12-01,10.50\n b ,2011-12-2,0\n'],
    [
      'csv',
      '\uFEFFsales_ar,"id_customer",order_date\r\n10.50,007,2011-12-01\r\n0,b,2011-12-02\r\n',
    ],
    [
      'jsonl',
      '{"id_customer":"007","order_date":"2011-12-01","sales_ar":10.5}\n{"sales_ar":"0","id_customer":"b","order_date":"2011-12-02"}',
    ],
  ];
  for (const [format, content] of files) {
    test(`${format} ${JSON.stringify(content.slice(0, 40))}…`, async () => {
      const home = await SqlRunnerHome.create();
      const manifest = await load(home, { source: `orders:${await fileWith(content, format)}` });
      assert.deepEqual(await linesOf(home), expected);
      assert.deepEqual(manifest.tables, [
        { table: 'order_lines', rows: 2, watermark: '2011-12-02' },
      ]);
      assert.equal(manifest.metrics['load.rows_read'], 2);
      assert.equal(manifest.metrics['load.customers'], 2);
      assert.equal(manifest.metrics['load.sales'], 10.5);
      assert.match(`${manifest.lineage.sourceHash}`, /^[0-9a-f]{64}$/);
    });
  }

  test('orders after the run date are loaded and noted: that date does not use them', async () => {
    const home = await SqlRunnerHome.create();
    const source = await orderSource([
      ['a', '2011-12-01', 1],
      ['a', '2011-12-31', 1],
    ]);
    const { metrics, notes } = await load(home, { source }, { runDate: '2011-12-10' });
    assert.equal(metrics['load.rows'], 2);
    assert.equal(metrics['load.after_run_date'], 1);
    assert.deepEqual(notes, ['Rows dated after the run date, which it does not use: 1.']);
  });

  test('a SQL project without sources is CONFIG_INVALID, naming the variable', async () => {
    const home = await SqlRunnerHome.create(join(repositorySql, 'nowhere'));
    const error = await refusal(home, { source: 'orders:orders.csv' });
    assert.equal(error.code, 'CONFIG_INVALID');
    assert.match(error.message, /TRIAD_SQL_DIR.*nowhere/);
  });

  test('Parquet, with whole-number ids and dates with a time', async () => {
    const home = await SqlRunnerHome.create();
    const path = join(home.directory, 'orders.parquet');
    await home.withWarehouse((warehouse) =>
      warehouse.exportParquet(
        {
          text: `SELECT 7 AS id_customer, CAST('2011-12-01 08:26:00' AS DATETIME) AS order_date,
                   CAST(0.1 AS FLOAT64) + CAST(0.2 AS FLOAT64) AS sales_ar`,
          origin: 'the test',
        },
        path,
      ),
    );
    await load(home, { source: `orders:${path}` });
    assert.deepEqual(await linesOf(home), [['7', '2011-12-01', '0.3']]);
  });

  test('columns that the source does not name are ignored, with a note', async () => {
    const home = await SqlRunnerHome.create();
    const file = await fileWith(
      'id_customer,order_date,sales_ar,colour\na,2011-12-01,1,red',
      'csv',
    );
    const { notes } = await load(home, { source: `orders:${file}` });
    assert.deepEqual(notes, ['Columns of the file that the source does not use: colour.']);
  });

  test('batches bound how many rows are read', async () => {
    const home = await SqlRunnerHome.create();
    const source = await orderSource([
      ['a', '2011-12-01', 1],
      ['b', '2011-12-01', 1],
      ['c', '2011-12-01', 1],
    ]);
    const manifest = await load(home, { source, batch_size: 1, max_batches: 2 });
    assert.equal(manifest.metrics['load.rows_read'], 2);
    assert.deepEqual(
      (await linesOf(home)).map(([customer]) => customer),
      ['a', 'b'],
    );
  });

  test('loading a date again replaces its lines, and leaves those of other dates', async () => {
    const home = await SqlRunnerHome.create();
    await load(
      home,
      { source: await orderSource([['a', '2011-12-01', 1]]) },
      { runDate: '2011-12-10' },
    );
    await load(
      home,
      { source: await orderSource([['b', '2011-12-01', 1]]) },
      { runDate: '2011-12-11' },
    );
    await load(
      home,
      { source: await orderSource([['c', '2011-12-01', 1]]) },
      { runDate: '2011-12-10' },
    );
    assert.deepEqual(await home.query('SELECT run_date, id_customer FROM order_lines ORDER BY 1'), [
      ['2011-12-10', 'c'],
      ['2011-12-11', 'b'],
    ]);
  });

  test('simulated orders are the same for the same seed and end at the run date', async () => {
    const [one, two] = [await SqlRunnerHome.create(), await SqlRunnerHome.create()];
    for (const home of [one, two]) await load(home, { source: 'simulated', customers: 20 });
    assert.deepEqual(await linesOf(one), await linesOf(two));
    const range =
      "SELECT COUNT(DISTINCT id_customer), MIN(order_date) >= DATE '2009-12-11', MAX(order_date) <= DATE '2011-12-10' FROM order_lines";
    assert.deepEqual(await one.query(range), [[20n, true, true]]);
  });
});

suite('load: what cannot be loaded', () => {
  const header = 'id_customer,order_date,sales_ar';
  const cases: [what: string, content: string, code: string, message: RegExp][] = [
    [
      'a missing column',
      'id_customer,sales_ar\na,1',
      'FILE_COLUMNS_MISSING',
      /lacks the columns order_date; it has id_customer, sales_ar/,
    ],
    ['no header', '', 'FILE_COLUMNS_MISSING', /it has none/],
    ['no rows', `${header}\n`, 'SOURCE_EMPTY', /none of the 0 rows/],
    [
      'a date that is none',
      `${header}\na,2011-12-01,1\nb,2011-02-30,1\nc,soon,1`,
      'SOURCE_ROWS_INVALID',
      /2 rows .* have a value of order_date that is no DATE; the first is row 2: .*"b".*"2011-02-30"/,
    ],
    [
      'an amount that is none',
      `${header}\na,2011-12-01,free`,
      'SOURCE_ROWS_INVALID',
      /sales_ar that is no NUMERIC; the first is row 1: .*"free"/,
    ],
    ['no customer', `${header}\n,2011-12-01,1`, 'SOURCE_ROWS_INVALID', /no id_customer/],
    ['a blank customer', `${header}\n  ,2011-12-01,1`, 'SOURCE_ROWS_INVALID', /no id_customer/],
    ['no date', `${header}\na,,1`, 'SOURCE_ROWS_INVALID', /no order_date/],
    ['no amount', `${header}\na,2011-12-01,`, 'SOURCE_ROWS_INVALID', /no sales_ar/],
    [
      'a negative amount',
      `${header}\na,2011-12-01,-0.01`,
      'SOURCE_ROWS_INVALID',
      /a negative sales_ar; the first is row 1: .*"-0.01"/,
    ],
    [
      'an absurd amount',
      `${header}\na,2011-12-01,1e13`,
      'SOURCE_ROWS_INVALID',
      /sales_ar over 1000000000000/,
    ],
    ['an absurd date', `${header}\na,0011-12-01,1`, 'SOURCE_ROWS_INVALID', /before 1900/],
    ['a date far ahead', `${header}\na,9999-12-31,1`, 'SOURCE_ROWS_INVALID', /after 2100/],
    ['a row of another length', `${header}\na,2011-12-01`, 'FILE_INVALID', /Line: 2/],
    ['text that is no UTF-8', `${header}\n\u0000`, 'FILE_INVALID', /./],
  ];
  for (const [what, content, code, message] of cases) {
    test(`${what} is ${code}`, async () => {
      const home = await SqlRunnerHome.create();
      await load(home, { source: await orderSource([['kept', '2011-12-01', 1]]) });
      const error = await refusal(home, { source: `orders:${await fileWith(content, 'csv')}` });
      assert.equal(error.code, code);
      assert.match(error.message, message);
      assert.deepEqual(await linesOf(home), [['kept', '2011-12-01', '1']]);
    });
  }

  test('a PNG that is called Parquet is FILE_INVALID', async () => {
    const png = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
    const error = await refusal(await SqlRunnerHome.create(), {
      source: `orders:${await fileWith(png, 'parquet')}`,
    });
    assert.equal(error.code, 'FILE_INVALID');
  });

  test('ids as decimals are refused: 17850.0 is no id', async () => {
    const home = await SqlRunnerHome.create();
    const path = join(home.directory, 'orders.parquet');
    const text =
      "SELECT CAST(17850 AS FLOAT64) AS id_customer, DATE '2011-12-01' AS order_date, 1 AS sales_ar";
    await home.withWarehouse((w) => w.exportParquet({ text, origin: 'the test' }, path));
    const error = await refusal(home, { source: `orders:${path}` });
    assert.equal(error.code, 'FILE_INVALID');
    assert.match(error.message, /id_customer has the type FLOAT64/);
  });

  const params: [what: string, params: Params, code: string, message: RegExp][] = [
    ['no source', {}, 'INPUT_INVALID', /parameters of step load: source/],
    [
      'a source that is not declared',
      { source: 'nope' },
      'SOURCE_UNKNOWN',
      /cdnow-master.*simulated/,
    ],
    [
      'a path as source',
      { source: '../orders:x' },
      'SOURCE_UNKNOWN',
      /No source named \.\.\/orders/,
    ],
    ['no path', { source: 'orders' }, 'INPUT_INVALID', /orders:path/],
    [
      'a file that is not there',
      { source: 'orders:/nowhere/o.csv' },
      'FILE_MISSING',
      /\/nowhere\/o.csv/,
    ],
    ['an unknown ending', { source: 'orders:/x/o.xlsx' }, 'FILE_INVALID', /\.csv, \.jsonl/],
    ['batches of no size', { source: 'simulated', max_batches: 1 }, 'INPUT_INVALID', /batch_size/],
    ['zero customers', { source: 'simulated', customers: 0 }, 'INPUT_INVALID', /customers/],
  ];
  for (const [what, given, code, message] of params) {
    test(`${what} is ${code}`, async () => {
      const error = await refusal(await SqlRunnerHome.create(), given);
      assert.equal(error.code, code);
      assert.match(error.message, message);
    });
  }
});

suite('load: what a source declares', () => {
  const declaration = {
    description: 'a test',
    format: 'csv',
    columns: { id: 'STRING', line: 'STRING', day: 'STRING', amount: 'NUMERIC' },
    rows: {
      id_customer: 'id',
      id_order: "CONCAT(id, '-', day)",
      order_date: "SAFE.PARSE_DATE('%d.%m.%Y', day)",
      sales_ar: 'amount',
    },
  };
  async function homeWith(changes: object): Promise<SqlRunnerHome> {
    const sqlDirectory = await copyOfSqlProject();
    const source = JSON.stringify({ ...declaration, ...changes });
    await writeFile(join(sqlDirectory, 'sources', 'test.yaml'), source);
    return SqlRunnerHome.create(sqlDirectory);
  }
  const content = 'id,line,day,amount\na,1,01.12.2011,1.005\na,2,01.12.2011,2\nb,1,x,-5\n';

  test('filters leave rows out and count them by name; a row can fail several', async () => {
    const filters = {
      date_missing: "SAFE.PARSE_DATE('%d.%m.%Y', day) IS NOT NULL",
      refund: 'amount > 0',
    };
    const home = await homeWith({ filters });
    const { metrics, notes } = await load(home, {
      source: `test:${await fileWith(content, 'csv')}`,
    });
    assert.equal(metrics['load.rows'], 2);
    assert.equal(metrics['load.rejected'], 1);
    assert.equal(metrics['load.rejected.date_missing'], 1);
    assert.equal(metrics['load.rejected.refund'], 1);
    assert.deepEqual(notes, [
      'Rows left out by the filter date_missing: 1.',
      'Rows left out by the filter refund: 1.',
    ]);
    const lines = 'SELECT id_order, sales_ar FROM order_lines ORDER BY line';
    assert.deepEqual(await home.query(lines), [
      ['a-01.12.2011', '1.01'],
      ['a-01.12.2011', '2'],
    ]);
  });

  test('a filter that is neither true nor false leaves the row out', async () => {
    const home = await homeWith({ filters: { known: 'NULLIF(amount, 2) > 0' } });
    const { metrics } = await load(home, { source: `test:${await fileWith(content, 'csv')}` });
    assert.equal(metrics['load.rejected.known'], 2);
  });

  test('a key that occurs twice is refused, naming the later row', async () => {
    const home = await homeWith({ unique: ['id', 'day'], filters: { refund: 'amount > 0' } });
    const error = await refusal(home, { source: `test:${await fileWith(content, 'csv')}` });
    assert.equal(error.code, 'SOURCE_ROWS_INVALID');
    assert.match(
      error.message,
      /1 rows .* values of id, day that an earlier row has; the first is row 2/,
    );
  });

  test('a load without rows is in order where the source allows it', async () => {
    const home = await homeWith({ filters: { none: 'FALSE' }, allow_empty: true });
    const manifest = await load(home, { source: `test:${await fileWith(content, 'csv')}` });
    assert.deepEqual(manifest.tables, [{ table: 'order_lines', rows: 0 }]);
  });

  test('SQL that is wrong is named with its source', async () => {
    const home = await homeWith({ filters: { odd: 'FARM_FINGERPRINT(id) > 0' } });
    const error = await refusal(home, { source: `test:${await fileWith(content, 'csv')}` });
    assert.equal(error.code, 'DIALECT_UNSUPPORTED');
    assert.match(error.message, /the filters of source test: the function FARM_FINGERPRINT/);
  });

  test('a declaration that is wrong is refused, naming the field', async () => {
    const home = await homeWith({ columns: { id: 'TEXT' } });
    const error = await refusal(home, { source: 'test:x.csv' });
    assert.equal(error.code, 'INPUT_INVALID');
    assert.match(error.message, /sources\/test\.yaml: columns\.id/);
  });
});
