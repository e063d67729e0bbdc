import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { QueryResult } from '@triad/shared/warehouse/warehouse.ts';
import { formatResult } from '../../../sql-runner/query/format-result.ts';

const result: QueryResult = {
  columns: [
    { name: 's', type: 'STRING' },
    { name: 'i', type: 'INT64' },
    { name: 'n', type: 'NUMERIC' },
    { name: 'f', type: 'FLOAT64' },
    { name: 'b', type: 'BOOL' },
    { name: 'd', type: 'DATE' },
  ],
  rows: [
    ['a "b", c\n', 9223372036854775807n, '12345678901234567890.123456789', 0.1, true, '2011-12-10'],
    [null, null, null, Number.NaN, false, null],
  ],
};

suite('a query’s result as text', () => {
  test('JSON: numbers with all their digits, dates as text', () => {
    assert.equal(
      formatResult(result, 'json'),
      '[{"s":"a \\"b\\", c\\n","i":9223372036854775807,"n":12345678901234567890.123456789,"f":0.1,"b":true,"d":"2011-12-10"},' +
        '{"s":null,"i":null,"n":null,"f":"NaN","b":false,"d":null}]',
    );
  });

  test('CSV as in RFC 4180, NULL as nothing', () => {
    assert.equal(
      formatResult(result, 'csv'),
      's,i,n,f,b,d\r\n"a ""b"", c\n",9223372036854775807,12345678901234567890.123456789,0.1,true,2011-12-10\r\n,,,NaN,false,',
    );
  });

  test('columns with their types, beside the rows', () => {
    const { columns, rows } = result;
    const small = { columns: columns.slice(0, 2), rows: rows.map((row) => row.slice(0, 2)) };
    assert.equal(
      formatResult(small, 'table-json'),
      '{"columns":[{"name":"s","type":"STRING"},{"name":"i","type":"INT64"}],' +
        '"rows":[["a \\"b\\", c\\n",9223372036854775807],[null,null]]}',
    );
  });

  test('a result without rows still has its columns', () => {
    const empty = { columns: result.columns.slice(0, 1), rows: [] };
    assert.equal(formatResult(empty, 'json'), '[]');
    assert.equal(formatResult(empty, 'csv'), 's');
  });
});
