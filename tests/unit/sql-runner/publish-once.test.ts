import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, suite, test } from 'node:test';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import { type OrderRow, orderSource } from '../../harness/sql-runner/order-file.ts';
import { copyOfSqlProject } from '../../harness/sql-runner/sql-project.ts';
import { SqlRunnerHome } from '../../harness/sql-runner/sql-runner-home.ts';

const published = ['orders', 'customer_activity', 'rfm_thresholds', 'rfm', 'rfm_metrics'];

/** SHA-256 of every published table, as Parquet in a fixed order, and of the record of publications. */
function contentOf(home: SqlRunnerHome): Promise<string[]> {
  return home.withWarehouse(async (warehouse) => {
    const hashes: string[] = [];
    for (const table of [...published.map((name) => `triad.${name}`), '_triad.publications']) {
      const file = join(home.directory, 'content.parquet');
      const where = table.startsWith('_') ? "WHERE table_name != 'order_lines'" : '';
      const text = `SELECT * FROM ${table} ${where} ORDER BY 1, 2, 3`;
      await warehouse.exportParquet({ text, origin: 'the test' }, file);
      hashes.push(
        createHash('sha256')
          .update(await readFile(file))
          .digest('hex'),
      );
    }
    return hashes;
  });
}

async function load(home: SqlRunnerHome, rows: readonly OrderRow[], runId = home.nextRunId()) {
  await home.step({ kind: 'load', runId, params: { source: await orderSource(rows) } });
  return runId;
}

const good: OrderRow[] = [
  ['a', '2011-12-01', 10],
  ['b', '2011-11-01', 20],
];
/** Where a run has published the good orders and all that is built of them. */
let built: SqlRunnerHome;
before(async () => {
  built = await SqlRunnerHome.create();
  await built.step({ kind: 'sql', runId: await load(built, good) });
});

const bad: OrderRow[] = [...good, ['c', '2011-11-01', 999]];

/** The project with one more assertion, which fails for customers who spent 999. */
const strictProject = () =>
  copyOfSqlProject({
    'definitions/rfm/nobody_spends_999.sqlx': `config { type: "assertion" }
SELECT id_customer, monetary FROM \${ref("rfm")} WHERE monetary = 999 -- whatever the date`,
  });

const codeOf = async (work: Promise<unknown>): Promise<TriadError> => {
  const error = await work.then(
    () => assert.fail('it succeeded'),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof TriadError, String(error));
  return error;
};

const recorded = (home: SqlRunnerHome) =>
  home.query(
    'SELECT table_name, run_id, attempt, published_at FROM _triad.publications ORDER BY table_name',
  );

suite('write, audit, publish', () => {
  test('when an assertion fails, every published table is byte for byte what it was', async () => {
    const home = (await built.copy()).withSqlProject(await strictProject());
    const before = await contentOf(home);

    const runId = await load(home, bad);
    const error = await codeOf(home.step({ kind: 'sql', runId }));
    assert.equal(error.code, 'ASSERTION_FAILED');
    assert.match(error.message, /nobody_spends_999 does not hold: 1 rows of rfm/);
    assert.match(error.message, /"id_customer":"c","monetary":"999"/);
    assert.match(error.fix, /nobody_spends_999\.sqlx/);
    assert.deepEqual(await contentOf(home), before);
  });

  test('once the data is repaired, the next attempt of the same run publishes', async () => {
    const home = await SqlRunnerHome.create(await strictProject());
    const runId = await load(home, bad);
    await codeOf(home.step({ kind: 'sql', runId }));
    const source = await orderSource(good);
    await home.step({ kind: 'load', runId, attempt: 2, params: { source } });
    await home.step({ kind: 'sql', runId, attempt: 2 });
    assert.deepEqual(await home.query('SELECT COUNT(*) FROM rfm'), [[2n]]);
  });

  test('an assertion sees the rows of other dates beside the new ones', async () => {
    const project = await copyOfSqlProject({
      'definitions/rfm/one_date.sqlx': `config { type: "assertion" }
SELECT run_date FROM \${ref("rfm")} WHERE run_date != \${run.date}`,
    });
    const home = (await built.copy()).withSqlProject(project);
    const runId = home.nextRunId();
    const source = await orderSource(good);
    await home.step({ kind: 'load', runId, runDate: '2011-12-11', params: { source } });
    const error = await codeOf(home.step({ kind: 'sql', runId, runDate: '2011-12-11' }));
    assert.match(error.message, /one_date does not hold: 2 rows/);
  });

  test('SQL that fails in the last table publishes none', async () => {
    const project = await copyOfSqlProject({
      'definitions/rfm/zzz_last.sqlx': `config { type: "table" }
SELECT DIV(frequency, 0) AS x FROM \${ref("rfm")}`,
    });
    const home = await SqlRunnerHome.create(project);
    const error = await codeOf(home.step({ kind: 'sql', runId: await load(home, good) }));
    assert.equal(error.code, 'SQL_INVALID');
    assert.match(error.message, /zzz_last \(definitions\/rfm\/zzz_last\.sqlx\).*division by zero/);
    assert.equal((await codeOf(home.query('SELECT * FROM rfm'))).code, 'SQL_INVALID');
  });

  test('tables and views are published too, and replaced as a whole', async () => {
    const project = await copyOfSqlProject({
      'definitions/rfm/best.sqlx': `config { type: "table" }
SELECT id_customer FROM \${ref("rfm")} WHERE m_score = 3`,
      'definitions/rfm/best_names.sqlx': `config { type: "view" }
SELECT UPPER(id_customer) AS name FROM \${ref("best")}`,
    });
    const home = await SqlRunnerHome.create(project);
    for (const rows of [good, bad]) {
      await home.step({ kind: 'sql', runId: await load(home, rows) });
    }
    assert.deepEqual(await home.query('SELECT name FROM best_names ORDER BY name'), [['C']]);
  });

  test('only the actions with the given tags are built, on what is published of the others', async () => {
    const project = await copyOfSqlProject({
      'definitions/rfm/totals.sqlx': `config { type: "table", tags: ["totals"] }
SELECT SUM(monetary) AS total FROM \${ref("rfm")}`,
    });
    const home = await SqlRunnerHome.create(project);
    const runId = await load(home, good);
    const early = await codeOf(home.step({ kind: 'sql', runId, params: { tags: 'totals' } }));
    assert.equal(early.code, 'NOT_FOUND');
    assert.match(early.message, /triad\.rfm/);
    await home.step({ kind: 'sql', runId, attempt: 2, params: { except_tags: 'totals' } });
    const manifest = await home.step({
      kind: 'sql',
      runId,
      attempt: 3,
      params: { tags: 'totals' },
    });
    assert.deepEqual(manifest.tables, [{ table: 'totals', rows: 1 }]);
    assert.deepEqual(await home.query('SELECT total FROM totals'), [['30']]);
    const none = await codeOf(home.step({ kind: 'sql', runId, params: { tags: 'no_such_tag' } }));
    assert.equal(none.code, 'NOT_FOUND');
  });

  test('rows of another date are refused', async () => {
    const project = await copyOfSqlProject({
      'definitions/rfm/wrong_date.sqlx': `config { type: "incremental" }
pre_operations { \${when(incremental(), \`DELETE FROM \${self()} WHERE run_date = \${run.date}\`)} }
SELECT DATE '2001-01-01' AS run_date`,
    });
    const home = await SqlRunnerHome.create(project);
    const error = await codeOf(home.step({ kind: 'sql', runId: await load(home, good) }));
    assert.equal(error.code, 'ROWS_OF_OTHER_DATES');
    assert.match(error.message, /wrong_date has 1 rows/);
  });

  test('a result with other columns than the published table is refused', async () => {
    const file = 'definitions/rfm/extra.sqlx';
    const withColumn = (column: string) => `config { type: "incremental" }
pre_operations { \${when(incremental(), \`DELETE FROM \${self()} WHERE run_date = \${run.date}\`)} }
SELECT \${run.date} AS run_date, 1 AS ${column}`;
    const home = await SqlRunnerHome.create(await copyOfSqlProject({ [file]: withColumn('one') }));
    await home.step({ kind: 'sql', runId: await load(home, good) });
    const other = home.withSqlProject(await copyOfSqlProject({ [file]: withColumn('other') }));
    const error = await codeOf(other.step({ kind: 'sql', runId: await load(home, good) }));
    assert.equal(error.code, 'TABLE_CHANGED');
    assert.match(error.message, /other INT64.*one INT64/);
  });
});

suite('a step’s effect is published once', () => {
  test('an attempt after one that died between publishing and its manifest publishes nothing', async () => {
    const home = await SqlRunnerHome.create();
    const runId = await load(home, good);
    const first = await home.step({ kind: 'sql', runId });
    const before = await recorded(home);
    const second = await home.step({ kind: 'sql', runId, attempt: 2 });
    assert.deepEqual(await recorded(home), before);
    assert.deepEqual(
      [second.tables, second.metrics, second.lineage.sqlHash],
      [first.tables, first.metrics, first.lineage.sqlHash],
    );
  });

  test('the same holds for a load', async () => {
    const home = await SqlRunnerHome.create();
    const source = await orderSource(good);
    const runId = home.nextRunId();
    const first = await home.step({ kind: 'load', runId, params: { source } });
    const before = await recorded(home);
    const second = await home.step({ kind: 'load', runId, attempt: 2, params: { source } });
    assert.deepEqual(await recorded(home), before);
    assert.deepEqual(
      [second.metrics, second.lineage.sourceHash],
      [first.metrics, first.lineage.sourceHash],
    );
  });

  test('a run that was overtaken publishes nothing, in any step', async () => {
    const home = await SqlRunnerHome.create();
    const early = home.nextRunId();
    await home.step({ kind: 'sql', runId: await load(home, good) });
    const before = await contentOf(home);
    const source = await orderSource(bad);
    for (const step of [{ kind: 'load', params: { source } }, { kind: 'sql' }] as const) {
      const error = await codeOf(home.step({ ...step, runId: early }));
      assert.deepEqual([error.code, error.retryable], ['STALE_ATTEMPT', false]);
    }
    assert.deepEqual(await contentOf(home), before);
    assert.deepEqual(await home.query('SELECT COUNT(*) FROM order_lines'), [[2n]]);
  });

  test('an attempt that was overtaken by a later one publishes nothing', async () => {
    const home = await SqlRunnerHome.create();
    const runId = await load(home, good);
    await home.step({ kind: 'sql', runId, attempt: 2 });
    const error = await codeOf(home.step({ kind: 'sql', runId, attempt: 1 }));
    assert.equal(error.code, 'STALE_ATTEMPT');
  });

  test('an overtaken run may still publish another date', async () => {
    const home = await SqlRunnerHome.create();
    const early = home.nextRunId();
    await load(home, good);
    const source = await orderSource(good);
    await home.step({ kind: 'load', runId: early, runDate: '2011-12-01', params: { source } });
  });
});
