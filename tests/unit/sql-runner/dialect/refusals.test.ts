import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import type { Warehouse } from '@triad/shared/warehouse/warehouse.ts';
import { translate } from '../../../../sql-runner/dialect/translate.ts';
import { freshWarehouse } from '../../../harness/sql-runner/fresh-warehouse.ts';

const refusal = (text: string): TriadError => {
  try {
    return assert.fail(`was translated to ${translate({ text, origin: 'the test' })}`);
  } catch (error) {
    if (error instanceof TriadError) return error;
    throw error;
  }
};

suite('what is not verified is refused by name', () => {
  const cases: [query: string, named: RegExp][] = [
    ['SELECT FARM_FINGERPRINT(x) FROM t', /function FARM_FINGERPRINT/],
    ['SELECT CURRENT_DATE()', /function CURRENT_DATE/],
    ['SELECT RAND()', /RAND/],
    ['SELECT SAFE.DIV(1, 0)', /function SAFE.DIV/],
    ['SELECT LN(x) FROM t', /LN/],
    ['SELECT PERCENTILE_CONT(x, 0.5) OVER () FROM t', /PERCENTILE_CONT OVER/],
    ['SELECT APPROX_QUANTILES(x, 3) FROM t', /AGGREGATE FUNCTION/],
    ['SELECT ARRAY_AGG(x) FROM t', /ARRAY AGG/],
    ['SELECT STRING_AGG(x) FROM t', /STRING AGG/],
    ['SELECT SUM(DISTINCT x) FROM t', /SUM with distinct/],
    ['SELECT SUM(x ORDER BY y) FROM t', /SUM with order by/],
    ['SELECT AVG(x) OVER () FROM t', /AVG OVER/],
    ['SELECT LAG(x) IGNORE NULLS OVER (ORDER BY y) FROM t', /ignore nulls/],
    ['SELECT SUM(x) OVER w FROM t WINDOW w AS (ORDER BY y)', /window/],
    ['SELECT * FROM t TABLESAMPLE SYSTEM (10 PERCENT)', /table sample/],
    ["SELECT * FROM t FOR SYSTEM_TIME AS OF TIMESTAMP '2011-01-01'", /system time/],
    ['SELECT * FROM UNNEST([1, 2])', /UNNEST in FROM/],
    ["SELECT * FROM read_csv('/etc/passwd')", /FUNCTION in FROM/],
    ["SELECT * FROM '/etc/passwd'", /table name/],
    ['SELECT * FROM `other-project.d.t`', /table name/],
    ['SELECT AS STRUCT 1 AS x', /SELECT with kind/],
    ['SELECT * REPLACE (1 AS x) FROM t', /STAR with replace/],
    ['SELECT x FROM t GROUP BY ROLLUP(x)', /ROLLUP/],
    ['SELECT x FROM t GROUP BY ALL', /GROUP BY with all/],
    ['WITH RECURSIVE a AS (SELECT 1) SELECT 1', /WITH with recursive/],
    ['SELECT [1, 2]', /ARRAY/],
    ['SELECT STRUCT(1 AS a)', /function STRUCT/],
    ['SELECT x[OFFSET(0)] FROM t', /SUBSCRIPT/],
    ['SELECT a.b.c FROM t', /DOT/],
    ["SELECT TIMESTAMP '2011-01-01'", /literal of type timestamp/],
    ["SELECT b'x'", /literal of type byte string/],
    ["SELECT '\\u00e9'", /escape/],
    ["SELECT DATE '2011-1-1'", /DATE '2011-1-1'/],
    ['SELECT 99999999999999999999', /no INT64/],
    ['SELECT CAST(x AS BIGNUMERIC) FROM t', /cast to BIGNUMERIC/],
    ['SELECT CAST(x AS NUMERIC(10, 2)) FROM t', /cast to decimal/],
    ["SELECT CAST(x AS STRING FORMAT 'YY') FROM t", /CAST with format/],
    ['SELECT x::INT64 FROM t', /double colon/],
    ['SELECT x LIKE y FROM t', /LIKE/],
    ['SELECT x * 1.5 FROM t', /decimal literal/],
    ['SELECT IF(x, 0.5, y) FROM t', /decimal literal/],
    ['SELECT ROUND(x, y) FROM t', /ROUND/],
    ['SELECT IF(a, b) FROM t', /IF with 2 arguments/],
    ['SELECT DATE_DIFF(a, b, WEEK(MONDAY)) FROM t', /date part/],
    ['SELECT DATE_DIFF(a, b, MICROSECOND) FROM t', /DATE_DIFF with MICROSECOND/],
    ["SELECT PARSE_DATE('%B %d', x) FROM t", /PARSE_DATE with this format/],
    ['SELECT PARSE_DATE(f, x) FROM t', /PARSE_DATE with this format/],
    ['SELECT EXTRACT(HOUR FROM x) FROM t', /EXTRACT with HOUR/],
    ['SELECT @missing', /parameter @missing/],
    ['SELECT COUNT(DISTINCT a, b) FROM t', /TUPLE/],
  ];
  for (const [text, named] of cases) {
    test(text, () => {
      const error = refusal(text);
      assert.equal(error.code, 'DIALECT_UNSUPPORTED');
      assert.match(error.message, named);
      assert.match(error.message, /^the test: /);
    });
  }

  test('the line is named where the construct stands', () => {
    assert.match(refusal('SELECT 1,\n 2,\n foo(x) FROM t').message, /function FOO.*line 3/);
  });

  test('a remedy is given', () => {
    assert.match(refusal('SELECT x + 0.5 FROM t').fix, /NUMERIC '1\.5'/);
  });

  test('a text that does not parse is a SQL error of its origin', () => {
    const error = refusal('SELECT 1 +');
    assert.equal(error.code, 'SQL_INVALID');
    assert.match(error.message, /the test/);
  });
});

suite('only one SELECT is taken', () => {
  const cases = [
    'DELETE FROM t WHERE TRUE',
    'INSERT INTO t SELECT 1',
    'DROP TABLE t',
    'CREATE TABLE t AS SELECT 1 AS x',
    'SELECT 1; SELECT 2',
    'EXPLAIN SELECT 1',
    'SET x = 1',
    "ATTACH 'file'",
    'PRAGMA version',
    '',
  ];
  for (const text of cases) {
    test(JSON.stringify(text), () => assert.equal(refusal(text).code, 'SQL_READ_ONLY'));
  }
  test('a semicolon at the end does no harm', () => {
    assert.match(translate({ text: 'SELECT 1 AS x;', origin: 'the test' }), /^SELECT/);
  });
});

suite('what the dialects would answer differently fails when it runs', () => {
  let warehouse: Warehouse;
  before(async () => {
    warehouse = await freshWarehouse();
  });
  after(() => warehouse.close());

  const cases: [expression: string, reason: RegExp][] = [
    ['1 / 0', /division by zero/],
    ["NUMERIC '1' / 0", /division by zero/],
    ['DIV(1, 0)', /division by zero/],
    ['MOD(1, 0)', /division by zero/],
    ["DIV(NUMERIC '5', 2)", /DIV takes INT64 only/],
    ['9223372036854775807 + 1', /[Oo]verflow/],
    ["CAST('x' AS INT64)", /CAST AS INT64 failed for x/],
    ["CAST('2011-02-30' AS DATE)", /CAST AS DATE failed for 2011-02-30/],
    ["PARSE_DATE('%Y%m%d', '2011')", /PARSE_DATE failed for 2011/],
    ['CAST(1.5 AS STRING)', /written differently/],
    ['SAFE_CAST(1.5 AS STRING)', /written differently/],
    ['ROUND(CAST(1.005 AS FLOAT64), 2)', /ROUND to places takes a NUMERIC/],
    ['FLOOR(3)', /FLOOR of INT64/],
    ["DATE '2011-12-10' - DATE '2011-12-01'", /DATE_DIFF/],
    ["SUBSTR('a', 1, -1)", /negative length/],
    ['DATE(2011, 2, 30)', /2011/],
  ];
  for (const [expression, reason] of cases) {
    test(expression, async () => {
      await assert.rejects(
        warehouse.query({ text: `SELECT ${expression} AS x`, origin: 'the test' }),
        (error) => {
          assert.ok(error instanceof TriadError);
          assert.equal(error.code, 'SQL_INVALID');
          assert.match(error.message, reason);
          return true;
        },
      );
    });
  }
});
