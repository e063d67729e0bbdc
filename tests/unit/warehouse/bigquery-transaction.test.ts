import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { BigQueryWarehouse } from '@triad/shared/warehouse/bigquery-warehouse.ts';
import { bigQueryOnFake, coded, type OnFake } from '../../harness/warehouse/bigquery-on-fake.ts';

const sql = (text: string) => ({ text, origin: 'the test' });
const published = { dataset: 'triad', table: 't' };
const staged = { dataset: 'staging', table: 't__new' };
const locked = 'UPDATE `dev__warehouse.lock` SET commits = commits + 1 WHERE TRUE';
const columns = [
  { name: 'run_date', type: 'DATE' },
  { name: 'x', type: 'INTEGER' },
];
const resource = (type = 'TABLE', fields: object[] = columns) => ({ type, schema: { fields } });

async function opened(options = {}): Promise<OnFake & { warehouse: BigQueryWarehouse }> {
  const on = await bigQueryOnFake(options);
  on.fake.tables.set('dev_staging.t__new', resource());
  on.fake.tables.set(
    'dev__warehouse.lock',
    resource('TABLE', [{ name: 'commits', type: 'INTEGER' }]),
  );
  on.fake.ends = ({ configuration }) =>
    configuration.query?.query.startsWith('SELECT COUNT') ? { rows: [['3']] } : {};
  return { ...on, warehouse: await on.open() };
}

/** The one script among the statements. */
const scriptOf = ({ fake }: OnFake) => {
  const scripts = fake.ran.filter(({ configuration }) =>
    configuration.query?.query.includes('BEGIN TRANSACTION'),
  );
  assert.equal(scripts.length, 1);
  const { query, queryParameters } = scripts[0]?.configuration.query ?? assert.fail();
  return { lines: query.split(';\n'), queryParameters };
};

suite('a transaction in BigQuery', () => {
  test('is one script: new tables, the rows of all tables at once, then views', async () => {
    const on = await opened({ partitionColumn: 'run_date' });
    const count = await on.warehouse.transaction(async (session) => {
      await session.createTable(published, (await session.columns(staged)) ?? []);
      assert.deepEqual(await session.columns(published), [
        { name: 'run_date', type: 'DATE' },
        { name: 'x', type: 'INT64' },
      ]);
      await session.deleteRows(published, { run_date: { type: 'DATE', value: '2024-01-31' } });
      const copied = await session.copyRows(staged, published);
      await session.insertRows(published, [
        ['2024-01-31', 1n],
        [null, null],
      ]);
      await session.createView({ dataset: 'triad', table: 'v' }, sql('SELECT x FROM t'));
      return copied;
    });
    assert.equal(count, 3);
    const { lines, queryParameters } = scriptOf(on);
    assert.deepEqual(lines, [
      'CREATE TABLE IF NOT EXISTS `dev_triad.t` (`run_date` DATE, `x` INT64) PARTITION BY `run_date`',
      'BEGIN TRANSACTION',
      locked,
      'DELETE FROM `dev_triad.t` WHERE `run_date` = @s0_run_date',
      'INSERT INTO `dev_triad.t` (`run_date`, `x`) SELECT `run_date`, `x` FROM `dev_staging.t__new`',
      'INSERT INTO `dev_triad.t` (`run_date`, `x`) VALUES (@s2_v0_0, @s2_v0_1), (@s2_v1_0, @s2_v1_1)',
      'COMMIT TRANSACTION',
      'CREATE OR REPLACE VIEW `dev_triad.v` AS SELECT x FROM `dev_triad.t`;',
    ]);
    assert.deepEqual(queryParameters, [
      {
        name: 's0_run_date',
        parameterType: { type: 'DATE' },
        parameterValue: { value: '2024-01-31' },
      },
      {
        name: 's2_v0_0',
        parameterType: { type: 'DATE' },
        parameterValue: { value: '2024-01-31' },
      },
      { name: 's2_v0_1', parameterType: { type: 'INT64' }, parameterValue: { value: '1' } },
      { name: 's2_v1_0', parameterType: { type: 'DATE' }, parameterValue: { value: null } },
      { name: 's2_v1_1', parameterType: { type: 'INT64' }, parameterValue: { value: null } },
    ]);
  });

  test('commits only when what it has read is still so', async () => {
    const on = await opened();
    on.fake.ends = ({ configuration }) =>
      configuration.query?.query.includes('SHA256')
        ? { fields: [{ name: 'f', type: 'STRING' }], rows: [['print']] }
        : {};
    await on.warehouse.transaction(async (session) => {
      await session.query({
        ...sql('SELECT x FROM shop.t WHERE d = @d'),
        parameters: { d: { type: 'DATE', value: '2024-01-31' } },
      });
      await session.deleteRows(published, {});
    });
    const { lines, queryParameters } = scriptOf(on);
    assert.match(
      lines[2] ?? '',
      /^SELECT IF\(TO_HEX.*FROM \(SELECT x FROM `dev_shop\.t` WHERE d = @s0_d\n\) AS answer ORDER BY line\), '\\n'\)\)\) = @s0_found, TRUE, ERROR\('what the transaction read has changed'\)\)$/s,
    );
    assert.deepEqual(
      (queryParameters as { name: string; parameterValue: object }[]).map((one) => [
        one.name,
        one.parameterValue,
      ]),
      [
        ['s0_d', { value: '2024-01-31' }],
        ['s0_found', { value: 'print' }],
      ],
    );
  });

  test('that fails, and one that does nothing, send nothing', async () => {
    const on = await opened();
    const failing = on.warehouse.transaction(async (session) => {
      await session.insertRows(staged, [['2024-01-31', 1n]]);
      await session.createTable(published, [{ name: 'x', type: 'INT64' }]);
      throw new Error('on purpose');
    });
    await assert.rejects(failing, /on purpose/);
    await on.warehouse.transaction(async () => {});
    assert.deepEqual(on.fake.statements, []);
  });

  test('replaces the rows of a table, whose columns stay', async () => {
    const on = await opened();
    on.fake.tables.set('dev_triad.t', resource());
    await on.warehouse.transaction(async (session) => {
      await session.drop(published);
      assert.equal(await session.columns(published), undefined);
      await session.createTable(published, (await session.columns(staged)) ?? []);
      await session.copyRows(staged, published);
    });
    assert.deepEqual(scriptOf(on).lines, [
      'BEGIN TRANSACTION',
      locked,
      'DELETE FROM `dev_triad.t` WHERE TRUE',
      'INSERT INTO `dev_triad.t` (`run_date`, `x`) SELECT `run_date`, `x` FROM `dev_staging.t__new`',
      'COMMIT TRANSACTION;',
    ]);
    const changing = on.warehouse.transaction(async (session) => {
      await session.drop(published);
      await session.createTable(published, [{ name: 'y', type: 'INT64' }]);
    });
    await assert.rejects(changing, coded('TABLE_CHANGED', false));
  });

  test('drops what it does not make again after its rows are gone', async () => {
    const on = await opened();
    on.fake.tables.set('dev_triad.t', resource());
    on.fake.tables.set('dev_triad.v', resource('VIEW'));
    await on.warehouse.transaction(async (session) => {
      for (const table of ['t', 'v', 'never']) await session.drop({ dataset: 'triad', table });
    });
    assert.deepEqual(scriptOf(on).lines, [
      'BEGIN TRANSACTION',
      locked,
      'DELETE FROM `dev_triad.t` WHERE TRUE',
      'COMMIT TRANSACTION',
      'DROP TABLE IF EXISTS `dev_triad.t`',
      'DROP VIEW IF EXISTS `dev_triad.v`;',
    ]);
  });

  test('refuses what it cannot do: to read what it wrote, or to make what there is', async () => {
    const on = await opened();
    on.fake.tables.set('dev_triad.t', resource());
    for (const work of [{ second: 'query' }, { second: 'create' }] as const) {
      const refused = on.warehouse.transaction(async (session) => {
        await session.deleteRows(published, {});
        if (work.second === 'query') await session.query(sql('SELECT 1'));
        else await session.createTable(published, []);
      });
      await assert.rejects(refused, coded('SQL_INVALID', false));
    }
    assert.deepEqual(on.fake.statements, []);
  });

  test('that committed while the connection was lost is not done again', async () => {
    const on = await opened();
    on.fake.troubles.push(
      { method: 'POST', path: /^\/jobs$/, answer: 'lost' },
      { method: 'GET', path: /^\/queries/, answer: 'cut' },
    );
    await on.warehouse.transaction((session) => session.deleteRows(published, {}));
    assert.equal(on.fake.ran.length, 1);
  });

  test('makes the lock that all transactions of a namespace share when there is none', async () => {
    const on = await opened();
    on.fake.tables.delete('dev__warehouse.lock');
    await on.warehouse.transaction((session) => session.deleteRows(published, {}));
    assert.ok(on.fake.datasets.has('dev__warehouse'));
    const made = 'CREATE TABLE IF NOT EXISTS `dev__warehouse.lock` AS SELECT 0 AS commits';
    assert.equal(on.fake.statements[0], made);
  });

  test('that another one turned back is sent again; one that read what has changed is not', async () => {
    const aborted = 'Transaction is aborted due to concurrent update against table lock';
    const changed = 'Query error: what the transaction read has changed at [4:1]';
    for (const [message, sent] of [
      [aborted, 3],
      [changed, 1],
    ] as const) {
      const on = await opened();
      const scripts = () => on.fake.ran.length;
      on.fake.ends = () => (scripts() < 3 ? { error: { reason: 'invalidQuery', message } } : {});
      const committing = on.warehouse.transaction((one) => one.deleteRows(published, {}));
      if (message === aborted) await committing;
      else await assert.rejects(committing, coded('WAREHOUSE_CONFLICT', true));
      assert.equal(scripts(), sent);
    }
  });
});
