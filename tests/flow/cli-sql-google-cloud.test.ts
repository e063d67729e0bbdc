import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { triad } from '../harness/cli/triad.ts';
import { temporaryDirectory } from '../harness/temporary-directory.ts';
import { FakeBigQuery, type Trouble } from '../harness/warehouse/fake-bigquery.ts';

async function setUp({ isEmpty = false } = {}) {
  const fake = await FakeBigQuery.start();
  if (!isEmpty) fake.datasets.set('dev_a_triad', {});
  fake.ends = () => ({
    fields: [
      { name: 'segment', type: 'STRING' },
      { name: 'customers', type: 'INTEGER' },
    ],
    rows: [
      ['loyal', '9007199254740993'],
      [null, '2'],
      ['new', '3'],
    ],
    statistics: { totalBytesProcessed: String(1.5 * 2 ** 30) },
  });
  const env = {
    TRIAD_HOME: await temporaryDirectory(),
    TRIAD_PROFILE: 'gcp',
    TRIAD_GCP_PROJECT: 'shop-1',
    TRIAD_GCP_REGION: 'europe-west1',
    TRIAD_NAMESPACE: 'dev-a',
    TRIAD_BUCKET: 'shop-1-triad',
    TRIAD_LABELS: 'team=crm',
    TRIAD_MAX_GIB_BILLED: '2',
    TRIAD_BIGQUERY_ENDPOINT: fake.url,
  };
  return { fake, ask: (...args: string[]) => triad(['sql', ...args], env) };
}

const query = 'SELECT segment, COUNT(*) AS customers FROM rfm GROUP BY segment';

describe('triad sql in the profile gcp', { concurrency: 2 }, () => {
  test('asks BigQuery, with a limit of what may be billed', async () => {
    const { fake, ask } = await setUp();
    const json = await ask(query, '--json');
    assert.equal(json.exitCode, 0, json.stderr);
    assert.equal(
      json.stdout,
      '[{"segment":"loyal","customers":9007199254740993},{"segment":null,"customers":2},{"segment":"new","customers":3}]\n',
    );
    const [job] = fake.ran;
    assert.equal(fake.ran.length, 1);
    assert.equal(
      job?.configuration.query?.query,
      'SELECT segment, COUNT(*) AS customers FROM `dev_a_triad.rfm` GROUP BY segment',
    );
    assert.equal(job.configuration.query.maximumBytesBilled, String(2 * 2 ** 30));
    assert.deepEqual(job.configuration.labels, { team: 'crm', 'triad-namespace': 'dev-a' });
    assert.deepEqual(
      fake.requests.filter((line) => !line.startsWith('GET ')),
      ['POST /jobs'],
    );
    const table = await ask(query);
    assert.match(table.stdout, /^loyal +9007199254740993$/m);
    assert.equal(table.stderr, '3 rows\n');
  });

  test('says what a query would read, and runs nothing', async () => {
    const { fake, ask } = await setUp();
    const { exitCode, stdout, stderr } = await ask(query, '--dry-run');
    assert.equal(exitCode, 0, stderr);
    assert.equal(stdout, 'It would read 1.5 GiB, and has read nothing.\n');
    const json = await ask(query, '--dry-run', '--json');
    assert.deepEqual(JSON.parse(json.stdout), { bytesRead: 1.5 * 2 ** 30 });
    assert.deepEqual([fake.ran.length, fake.dryRuns.length], [0, 2]);
  });

  for (const text of ['DELETE FROM rfm WHERE TRUE', 'SELECT 1; DROP TABLE rfm']) {
    for (const options of [[], ['--dry-run']]) {
      test(`sends nothing of ${[text, ...options].join(' ')}`, async () => {
        const { fake, ask } = await setUp();
        const { exitCode, stdout } = await ask(text, ...options, '--json');
        assert.equal(exitCode, 1);
        assert.equal(JSON.parse(stdout).error.code, 'SQL_READ_ONLY');
        assert.deepEqual([fake.ran, fake.dryRuns], [[], []]);
      });
    }
  }

  test('makes no dataset where there is none', async () => {
    const { fake, ask } = await setUp({ isEmpty: true });
    const { stdout } = await ask('SELECT 1 AS one', '--json');
    assert.equal(JSON.parse(stdout).error.code, 'WAREHOUSE_MISSING');
    assert.equal(fake.datasets.size, 0);
  });

  const refusals: [string, Trouble['answer'], string][] = [
    ['nobody let it', { status: 403, reason: 'accessDenied' }, 'WAREHOUSE_DENIED'],
    ['the query is wrong', { status: 400, reason: 'invalidQuery' }, 'SQL_INVALID'],
    [
      'it would cost more than it may',
      { status: 400, reason: 'bytesBilledLimitExceeded' },
      'WAREHOUSE_COST_LIMIT',
    ],
  ];
  for (const [what, answer, code] of refusals) {
    test(`is ${code} when ${what}`, async () => {
      const { fake, ask } = await setUp();
      fake.troubles.push({ method: 'POST', path: /^\/jobs$/, answer });
      const { exitCode, stdout } = await ask(query, '--json');
      assert.deepEqual([exitCode, JSON.parse(stdout).error.code], [1, code]);
    });
  }
});

test('there is no dry run where a query costs nothing', async () => {
  const env = { TRIAD_HOME: await temporaryDirectory() };
  const { exitCode, stderr } = await triad(['sql', query, '--dry-run'], env);
  assert.equal(exitCode, 2);
  assert.match(stderr, /A query costs nothing in this warehouse/);
});
