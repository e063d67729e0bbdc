import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { Params } from '@triad/shared/contracts/json.ts';
import { orderSource } from '../../harness/sql-runner/order-file.ts';
import { SqlRunnerHome } from '../../harness/sql-runner/sql-runner-home.ts';

describe('queries of a check', () => {
  let home: SqlRunnerHome;
  before(async () => {
    home = await SqlRunnerHome.create();
    const runId = home.nextRunId();
    const source = await orderSource([
      ['a', '2011-12-01', 10],
      ['a', '2011-12-05', 20],
      ['b', '2011-12-09', 30],
    ]);
    await home.step({ kind: 'load', runId, params: { source } });
    await home.step({ kind: 'sql', runId, params: { tags: 'orders' } });
  });
  const check = (params: Params, runDate = '2011-12-10') =>
    home.step({ kind: 'check', params: { unrelated: 1, ...params }, runDate });
  const number = async (query: string, runDate?: string) =>
    (await check({ 'sql.number.n': query }, runDate)).metrics['sql.n'];

  test('a number becomes a metric, whatever its type', async () => {
    assert.equal(await number('SELECT COUNT(*) FROM orders'), 3);
    assert.equal(await number('SELECT AVG(sales_ar) FROM orders'), 20);
    assert.equal(await number('SELECT COUNT(*) > 2 FROM orders'), 1);
    assert.equal(await number('SELECT 1.5'), 1.5);
  });

  test('the run date is bound', async () => {
    const query = 'SELECT COUNT(*) FROM orders WHERE run_date = @run_date';
    assert.equal(await number(query), 3);
    assert.equal(await number(query, '2011-12-11'), 0);
  });

  test('NULL is no number, and no metric', async () => {
    assert.equal(await number('SELECT MAX(sales_ar) FROM orders WHERE sales_ar < 0'), undefined);
  });

  test('rows that should not be there are counted, and shown', async () => {
    const { checks, metrics } = await check({
      'sql.offending_rows.cheap': 'SELECT id_customer FROM orders WHERE sales_ar < 25',
      'sql.offending_rows.free': 'SELECT id_customer FROM orders WHERE sales_ar = 0 -- none',
      'sql.number.all': 'SELECT COUNT(*) FROM orders',
    });
    assert.deepEqual(checks, [
      {
        name: 'cheap',
        result: 'failed',
        failingRows: 2,
        sample: '{"id_customer":"a"}, {"id_customer":"a"}',
      },
      { name: 'free', result: 'passed' },
    ]);
    assert.deepEqual(metrics, { 'sql.all': 3 });
  });

  const refused: [string, string, RegExp][] = [
    ['SELECT 1 UNION ALL SELECT 2', 'SQL_INVALID', /one row with one number, found 2 rows/],
    ['SELECT 1, 2', 'SQL_INVALID', /found 1 rows of 2 columns/],
    ['SELECT run_date FROM orders LIMIT 1', 'SQL_INVALID', /found a DATE/],
    ['SELECT COUNT(*) FROM nowhere', 'SQL_INVALID', /the query of postcondition n/],
    ['DELETE FROM orders WHERE TRUE', 'SQL_READ_ONLY', /SELECT/],
    ['SELECT 1; SELECT 2', 'SQL_READ_ONLY', /SELECT/],
    ['SELECT @other', 'DIALECT_UNSUPPORTED', /@other/],
  ];
  for (const [query, code, message] of refused) {
    test(`"${query}" is refused, naming the postcondition`, async () => {
      await assert.rejects(number(query), { code, message });
    });
  }

  test('a check without queries runs the assertions, and tells of each', async () => {
    const { checks = [], metrics } = await home.step({ kind: 'check' });
    const of = (result: string) => checks.filter((one) => one.result === result).length;
    assert.equal(of('passed'), metrics['check.assertions']);
    assert.equal(of('skipped'), metrics['check.skipped']);
    assert.ok(of('passed') > 0 && of('skipped') > 0 && of('failed') === 0);
  });
});
