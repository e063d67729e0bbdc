import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { before, suite, test } from 'node:test';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import { orderSource } from '../../harness/sql-runner/order-file.ts';
import { SqlRunnerHome } from '../../harness/sql-runner/sql-runner-home.ts';

let scored: SqlRunnerHome;
let withPredictions: SqlRunnerHome;
before(async () => {
  scored = await SqlRunnerHome.create();
  const runId = scored.nextRunId();
  const source = await orderSource([
    ['a', '2011-12-01', 10],
    ['b', '2011-11-01', 20],
  ]);
  await scored.step({ kind: 'load', runId, params: { source } });
  await scored.step({ kind: 'sql', runId });
  withPredictions = await scored.copy();
  await publish(withPredictions, runId, await predictions(withPredictions, good));
});

/** A home of its own with RFM scores of the customers a and b, and the id of a later run. */
async function homeWithScores() {
  const home = await scored.copy();
  return { home, runId: home.nextRunId() };
}

const columns = (p_alive: string, more = '') =>
  `${p_alive} AS p_alive, 1.5 AS expected_purchases, 20.5 AS expected_value, 30.5 AS clv${more}`;
const good = `SELECT 'a' AS id_customer, ${columns('0.9')} UNION ALL SELECT 'b', 0.1, 0.5, 20.5, 10.5`;

/** Stores the rows of a query as the output `predictions` of an earlier step. */
async function predictions(home: SqlRunnerHome, text: string, name = 'predictions') {
  const file = join(home.directory, `${home.nextRunId()}.parquet`);
  await home.withWarehouse((w) => w.exportParquet({ text, origin: 'the test' }, file));
  const path = `runs/test/predict/1/${home.nextRunId()}.parquet`;
  const reference = await home.artifacts.putFile(path, file);
  await rm(file, { force: true });
  return [{ ...reference, name, step: 'predict' }];
}

const publish = (
  home: SqlRunnerHome,
  runId: string,
  inputs: Awaited<ReturnType<typeof predictions>>,
) => home.step({ kind: 'publish', runId, params: { table: 'clv' }, inputs });

async function refusal(work: Promise<unknown>): Promise<TriadError> {
  const error = await work.then(
    () => assert.fail('it was published'),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof TriadError, String(error));
  return error;
}

suite('publishing predictions', () => {
  test('the rows of the file become the rows of the run date', async () => {
    const { home, runId } = await homeWithScores();
    const manifest = await publish(home, runId, await predictions(home, good));
    assert.deepEqual(manifest.tables, [{ table: 'clv', rows: 2, watermark: '2011-12-10' }]);
    assert.deepEqual(await home.query('SELECT * FROM clv ORDER BY id_customer'), [
      ['a', '2011-12-10', 0.9, 1.5, 20.5, 30.5],
      ['b', '2011-12-10', 0.1, 0.5, 20.5, 10.5],
    ]);
  });

  test('a run date in the file must be that of the run', async () => {
    const { home, runId } = await homeWithScores();
    const dated = (date: string) =>
      `SELECT 'a' AS id_customer, ${columns('0.9', `, DATE '${date}' AS run_date`)}`;
    const error = await refusal(publish(home, runId, await predictions(home, dated('2011-12-09'))));
    assert.equal(error.code, 'ROWS_OF_OTHER_DATES');
    await publish(home, runId, await predictions(home, dated('2011-12-10')));
    assert.deepEqual(await home.query('SELECT COUNT(*) FROM clv'), [[1n]]);
  });

  const failing: [what: string, text: string, assertion: RegExp][] = [
    ['a customer twice', `${good} UNION ALL SELECT 'a', 0.5, 1.0, 1.0, 1.0`, /clv_key_is_unique/],
    [
      'a probability over 1',
      `SELECT 'a' AS id_customer, ${columns('1.01')}`,
      /clv_values_are_possible/,
    ],
    [
      'a missing value',
      `SELECT 'a' AS id_customer, ${columns('CAST(NULL AS FLOAT64)')}`,
      /clv_values_are_possible/,
    ],
    [
      'a value that is no number',
      `SELECT 'a' AS id_customer, ${columns('CAST(1e308 AS FLOAT64) * CAST(10 AS FLOAT64) - CAST(1e308 AS FLOAT64) * CAST(10 AS FLOAT64)')}`,
      /clv_values_are_possible/,
    ],
    [
      'an unknown customer',
      `SELECT 'nobody' AS id_customer, ${columns('0.5')}`,
      /clv_customers_have_orders/,
    ],
  ];
  for (const [what, text, assertion] of failing) {
    test(`${what} fails its assertion, and the published rows stay`, async () => {
      const home = await withPredictions.copy();
      const before = await home.query('SELECT * FROM clv ORDER BY id_customer');
      const later = home.nextRunId();
      const error = await refusal(publish(home, later, await predictions(home, text)));
      assert.equal(error.code, 'ASSERTION_FAILED');
      assert.match(error.message, assertion);
      assert.deepEqual(await home.query('SELECT * FROM clv ORDER BY id_customer'), before);
    });
  }

  test('a file without a declared column, or with another, is refused', async () => {
    const { home, runId } = await homeWithScores();
    const short = await refusal(
      publish(home, runId, await predictions(home, "SELECT 'a' AS id_customer, 0.5 AS p_alive")),
    );
    assert.equal(short.code, 'FILE_COLUMNS_MISSING');
    assert.match(short.message, /lacks the columns expected_purchases, expected_value, clv/);
    const long = await refusal(
      publish(
        home,
        runId,
        await predictions(home, `SELECT 'a' AS id_customer, ${columns('0.5', ', 1 AS luck')}`),
      ),
    );
    assert.equal(long.code, 'FILE_INVALID');
    assert.match(long.message, /luck/);
  });

  test('an input that is not what the earlier step wrote is refused', async () => {
    const { home, runId } = await homeWithScores();
    const [input] = await predictions(home, good);
    assert.ok(input);
    const changed = { ...input, sha256: '0'.repeat(64) };
    assert.equal((await refusal(publish(home, runId, [changed]))).code, 'MANIFEST_MISMATCH');
    const gone = { ...input, path: 'runs/test/predict/1/gone.parquet' };
    assert.equal((await refusal(publish(home, runId, [gone]))).code, 'ARTIFACT_MISSING');
    const other = await predictions(home, good, 'model');
    assert.equal((await refusal(publish(home, runId, other))).code, 'STEP_INPUT_MISSING');
  });

  test('a table that the project does not declare is refused', async () => {
    const { home, runId } = await homeWithScores();
    const inputs = await predictions(home, good);
    for (const table of ['rfm', 'nothing']) {
      const error = await refusal(home.step({ kind: 'publish', runId, params: { table }, inputs }));
      assert.equal(error.code, 'NOT_FOUND');
    }
  });

  test('a second attempt with the same file publishes nothing', async () => {
    const { home, runId } = await homeWithScores();
    const inputs = await predictions(home, good);
    const first = await publish(home, runId, inputs);
    const record = "SELECT attempt FROM _triad.publications WHERE table_name = 'clv'";
    const second = await home.step({
      kind: 'publish',
      runId,
      attempt: 2,
      params: { table: 'clv' },
      inputs,
    });
    assert.deepEqual(second.tables, first.tables);
    assert.deepEqual(await home.query(record), [[1n]]);
  });
});

suite('checks and snapshots', () => {
  test('check runs every assertion there are tables for, and notes the others', async () => {
    const { home, runId } = await homeWithScores();
    const early = await home.step({ kind: 'check', runId });
    assert.equal(early.metrics['check.skipped'], 3);
    assert.equal(early.notes.length, 3);
    await publish(home, runId, await predictions(home, good));
    const complete = await home.step({ kind: 'check', runId, attempt: 2 });
    assert.equal(complete.metrics['check.skipped'], 0);
  });

  test('check fails for a published row that should not be there', async () => {
    const { home, runId } = await homeWithScores();
    await home.withWarehouse((warehouse) =>
      warehouse.deleteRows(
        { dataset: 'triad', table: 'rfm' },
        { id_customer: { type: 'STRING', value: 'a' } },
      ),
    );
    const error = await refusal(home.step({ kind: 'check', runId }));
    assert.equal(error.code, 'ASSERTION_FAILED');
    assert.match(error.message, /rfm_matches_orders/);
  });

  test('check of nothing is no success', async () => {
    const home = await SqlRunnerHome.create();
    assert.equal((await refusal(home.step({ kind: 'check' }))).code, 'NOT_FOUND');
  });

  test('equal rows give an equal snapshot, in whatever order they were loaded', async () => {
    const rows = Array.from({ length: 300 }, (_, n): [string, string, number] => [
      `c${n % 40}`,
      `2011-0${(n % 9) + 1}-0${(n % 8) + 1}`,
      n / 4,
    ]);
    const snapshotOf = async (orders: typeof rows) => {
      const home = await SqlRunnerHome.create();
      const runId = home.nextRunId();
      await home.step({ kind: 'load', runId, params: { source: await orderSource(orders) } });
      await home.step({ kind: 'sql', runId });
      const { outputs } = await home.step({ kind: 'export', runId, params: { table: 'orders' } });
      return outputs[0];
    };
    const first = await snapshotOf(rows);
    const second = await snapshotOf(rows.toReversed());
    assert.equal(first?.rows, 300);
    assert.equal(first.name, 'snapshot');
    assert.equal(second?.sha256, first.sha256);
    assert.ok(first.path.endsWith(`/orders-${first.sha256}.parquet`));
    assert.notEqual((await snapshotOf(rows.slice(1)))?.sha256, first.sha256);
  });

  test('a snapshot holds the run date only', async () => {
    const { home } = await homeWithScores();
    const { outputs } = await home.step({
      kind: 'export',
      runDate: '2011-12-09',
      params: { table: 'rfm' },
    });
    assert.equal(outputs[0]?.rows, 0);
  });

  test('a table that was never published, or has no run date, has no snapshot', async () => {
    const { home } = await homeWithScores();
    for (const table of ['clv', 'x; DROP TABLE rfm']) {
      const error = await refusal(home.step({ kind: 'export', params: { table } }));
      assert.ok(['NOT_FOUND', 'INPUT_INVALID'].includes(error.code), error.code);
    }
  });
});
