import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { suite, test } from 'node:test';
import { labelsOf } from '@triad/shared/jobs/cloud/cloud-labels.ts';
import { FakeClock } from '../../harness/fake-clock.ts';
import { jobSpecWith } from '../../harness/job-spec.ts';
import { until } from '../../harness/until.ts';
import { bigQueryOnFake, coded } from '../../harness/warehouse/bigquery-on-fake.ts';
import { rowsOfParquet } from '../../harness/warehouse/rows-of-parquet.ts';

const sql = (text: string) => ({ text, origin: 'the test' });
const shop = { dataset: 'shop', table: 't' };

suite('what the jobs of BigQuery are sent with', () => {
  test('a query has typed parameters, labels and a limit on what it costs', async () => {
    const { fake, open } = await bigQueryOnFake({
      maximumBytesBilled: 1e9,
      labels: { team: 'crm' },
    });
    const warehouse = await open();
    await warehouse.query({
      ...sql('SELECT @d, @i, @nothing FROM shop.t'),
      parameters: {
        d: { type: 'DATE', value: '2024-01-31' },
        i: { type: 'INT64', value: 9223372036854775807n },
        nothing: { type: 'STRING', value: null },
      },
    });
    const { configuration, jobReference } = fake.ran[0] ?? assert.fail('no job');
    assert.deepEqual(configuration, {
      query: {
        query: 'SELECT @d, @i, @nothing FROM `dev_shop.t`',
        defaultDataset: { projectId: 'shop-1', datasetId: 'dev_triad' },
        parameterMode: 'NAMED',
        queryParameters: [
          {
            name: 'd',
            parameterType: { type: 'DATE' },
            parameterValue: { value: '2024-01-31' },
          },
          {
            name: 'i',
            parameterType: { type: 'INT64' },
            parameterValue: { value: '9223372036854775807' },
          },
          { name: 'nothing', parameterType: { type: 'STRING' }, parameterValue: { value: null } },
        ],
        maximumBytesBilled: '1000000000',
        useLegacySql: false,
      },
      labels: { team: 'crm', triad_command: '01h_rfm_1' },
    });
    assert.match(jobReference.jobId, /^01h_rfm_1-opening1-1-[0-9a-f]{16}$/);
  });

  test('the label of a command is that of its cloud job, also when it has to be cut', async () => {
    const { fake, open } = await bigQueryOnFake();
    for (const attempt of [1, 2]) {
      const spec = jobSpecWith({}, { id: `01h:${'step'.repeat(20)}:${attempt}` });
      await (await open({ commandId: spec.id })).query(sql('SELECT 1'));
      const { triad_command } = labelsOf(spec, 'main');
      assert.deepEqual(fake.ran.at(-1)?.configuration.labels, { triad_command });
    }
    assert.equal(new Set(fake.ran.map((job) => job.configuration.labels?.triad_command)).size, 2);
  });

  test('to the emulator, parameters go as literals', async () => {
    const { fake, open } = await bigQueryOnFake({ emulator: true });
    const parameters = {
      d: { type: 'DATE', value: '2024-01-31' },
      n: { type: 'NUMERIC', value: null },
      s: { type: 'STRING', value: 'a "b"\n' },
    } as const;
    await (await open()).query({ ...sql("SELECT @d, '@d', @n, @s"), parameters });
    const { query, queryParameters } = fake.ran[0]?.configuration.query ?? assert.fail('no job');
    assert.equal(
      query,
      `SELECT CAST("2024-01-31" AS DATE), '@d', CAST(NULL AS NUMERIC), CAST("a \\"b\\"\\n" AS STRING)`,
    );
    assert.equal(queryParameters, undefined);
  });

  test('a dry run tells the columns and the bytes, and runs nothing', async () => {
    const { fake, open } = await bigQueryOnFake();
    fake.ends = () => ({
      statistics: {
        totalBytesProcessed: '5000',
        query: { schema: { fields: [{ name: 'x', type: 'INTEGER' }] } },
      },
    });
    const warehouse = await open();
    assert.deepEqual(await warehouse.dryRun(sql('SELECT x FROM shop.t')), {
      columns: [{ name: 'x', type: 'INT64' }],
      bytesProcessed: 5000,
    });
    assert.equal(fake.dryRuns.length, 1);
    assert.deepEqual(fake.ran, []);
  });

  test('a result is read page by page, whatever its types', async () => {
    const { fake, open } = await bigQueryOnFake();
    fake.slowness = 2;
    fake.ends = () => ({
      fields: [
        { name: 'f', type: 'FLOAT' },
        { name: 'n', type: 'NUMERIC' },
        { name: 'dt', type: 'DATETIME' },
        { name: 'ts', type: 'TIMESTAMP' },
      ],
      rows: [
        ['-Infinity', '1.500', '2011-12-10T08:26:00.500000', '1700000000000000'],
        ['1e300', '100', '2011-12-10T08:26:00', null],
        ['0.1', null, null, null],
      ],
    });
    const { columns, rows } = await (await open()).query(sql('SELECT 1'));
    assert.deepEqual(
      columns.map(({ type }) => type),
      ['FLOAT64', 'NUMERIC', 'DATETIME', 'OTHER'],
    );
    assert.deepEqual(rows, [
      [-Infinity, '1.5', '2011-12-10 08:26:00.5', '1700000000000000'],
      [1e300, '100', '2011-12-10 08:26:00', null],
      [0.1, null, null, null],
    ]);
  });
});

const isUpload = (request: string) => request.startsWith('POST upload');

suite('a job of BigQuery runs once', () => {
  test('when the answer to its insertion is lost, it is found again', async () => {
    const { fake, open } = await bigQueryOnFake();
    const warehouse = await open();
    fake.troubles.push({ method: 'POST', path: /^\/jobs$/, answer: 'lost' });
    await warehouse.deleteRows(shop, { s: { type: 'STRING', value: 'a' } });
    assert.deepEqual(fake.statements, ['DELETE FROM `dev_shop.t` WHERE `s` = @s']);
    assert.equal(fake.requests.filter((one) => one === 'POST /jobs').length, 2);
  });

  test('when the connection breaks while it is waited for, it goes on', async () => {
    const { fake, clock, open } = await bigQueryOnFake();
    const warehouse = await open();
    for (const answer of ['cut', 'lost'] as const) {
      fake.troubles.push({ method: 'GET', path: /^\/queries/, answer });
    }
    await warehouse.deleteRows(shop, {});
    assert.equal(fake.ran.length, 1);
    assert.deepEqual(clock.waits, [1000, 2000]);
  });

  test('another process of the same command finds what changes tables, and reads anew', async () => {
    const { fake, open } = await bigQueryOnFake();
    for (let process = 1; process <= 2; process++) {
      const warehouse = await open();
      await warehouse.deleteRows(shop, {});
      await warehouse.query(sql('SELECT 1'));
    }
    assert.deepEqual(
      fake.statements.map((text) => text.slice(0, 6)),
      ['DELETE', 'SELECT', 'SELECT'],
    );
  });

  test('another attempt does its own', async () => {
    const { fake, open } = await bigQueryOnFake();
    for (const commandId of ['01h:rfm:1', '01h:rfm:2']) {
      await (await open({ commandId })).deleteRows(shop, {});
    }
    assert.equal(fake.ran.length, 2);
  });

  test('a load whose answer is lost is not made again', async () => {
    const { fake, open } = await bigQueryOnFake();
    fake.tables.set('dev_shop.t', { schema: { fields: [{ name: 'x', type: 'INTEGER' }] } });
    const warehouse = await open();
    fake.troubles.push({ method: 'POST', path: /^upload/, answer: 'lost' });
    await warehouse.insertRows(shop, [[1n], [null]]);
    assert.deepEqual(await Promise.all(fake.uploads.map(rowsOfParquet)), [[[1n], [null]]]);
    const [{ configuration, jobReference } = assert.fail('no job')] = fake.ran;
    assert.deepEqual(configuration, {
      load: {
        sourceFormat: 'PARQUET',
        createDisposition: 'CREATE_NEVER',
        writeDisposition: 'WRITE_APPEND',
        schema: { fields: [{ name: 'x', type: 'INT64' }] },
        destinationTable: { projectId: 'shop-1', datasetId: 'dev_shop', tableId: 't' },
      },
      labels: { triad_command: '01h_rfm_1' },
    });
    assert.match(jobReference.jobId, /^01h_rfm_1-1-/);
  });

  test('a load that never arrived is sent again', async () => {
    const { fake, open } = await bigQueryOnFake();
    fake.tables.set('dev_shop.t', { schema: { fields: [{ name: 'x', type: 'INTEGER' }] } });
    const warehouse = await open();
    fake.troubles.push({ method: 'POST', path: /^upload/, answer: 'cut' });
    await warehouse.insertRows(shop, [[1n]]);
    assert.deepEqual(await Promise.all(fake.uploads.map(rowsOfParquet)), [[[1n]]]);
  });

  test('a load whose upload moves no more is sent again after a minute', async () => {
    const clock = new FakeClock();
    const { fake, open } = await bigQueryOnFake({ clock });
    fake.tables.set('dev_shop.t', { schema: { fields: [{ name: 'x', type: 'STRING' }] } });
    const warehouse = await open();
    fake.troubles.push({ method: 'POST', path: /^upload/, answer: 'silence' });
    // More than connections hold by themselves.
    const rows = Array.from({ length: 16 }, () => [randomBytes(1 << 20).toString('base64')]);
    const inserted = warehouse.insertRows(shop, rows);
    await until('the upload', async () => fake.requests.some(isUpload) || undefined);
    const begun = clock.now().getTime();
    const passed: number[] = [];
    await until('the second upload', async () => {
      await clock.advance(1000);
      if (fake.requests.at(-1)?.startsWith('GET /jobs')) passed.push(clock.now().getTime() - begun);
      return fake.requests.filter(isUpload).length === 2 || undefined;
    });
    assert.ok(Number(passed[0]) >= 60_000, `${passed[0]} ms`);
    await inserted;
    assert.deepEqual(await Promise.all(fake.uploads.map(rowsOfParquet)), [rows]);
  });

  test('an upload that is to stop ends at once, and lets go of its connection', async () => {
    const { fake, open } = await bigQueryOnFake();
    fake.tables.set('dev_shop.t', { schema: { fields: [{ name: 'x', type: 'INTEGER' }] } });
    const stop = new AbortController();
    const warehouse = await open({ signal: stop.signal });
    fake.troubles.push({ method: 'POST', path: /^upload/, answer: 'silence' });
    const loading = warehouse.insertRows(shop, [[1n]]);
    loading.catch(() => {});
    await until('the upload', async () => fake.requests.some(isUpload) || undefined);
    stop.abort();
    await assert.rejects(loading, coded('JOB_CANCELLED', false));
    await until('the end of the connection', async () => fake.abandoned.length > 0 || undefined);
    assert.ok(fake.requests.some((one) => /^POST \/jobs\/.*\/cancel$/.test(one)));
    assert.deepEqual(fake.uploads, []);
  });

  test('a job that an upload makes while it is stopped is cancelled when it shows', async () => {
    const { fake, open } = await bigQueryOnFake();
    fake.tables.set('dev_shop.t', { schema: { fields: [{ name: 'x', type: 'INTEGER' }] } });
    const stop = new AbortController();
    const warehouse = await open({ signal: stop.signal });
    fake.troubles.push({ method: 'POST', path: /^upload/, answer: 'lost' });
    const { push } = fake.ran;
    fake.ran.push = (...jobs) => {
      stop.abort();
      return push.apply(fake.ran, jobs);
    };
    await assert.rejects(warehouse.insertRows(shop, [[1n]]), coded('JOB_CANCELLED', false));
    const isCancellation = (one: string) => /^POST \/jobs\/.*\/cancel$/.test(one);
    // The first came while nobody could know of the job yet.
    await until('the second', async () => fake.requests.filter(isCancellation)[1]);
    assert.equal(fake.ran.length, 1);
  });

  test('an upload that is refused says why', async () => {
    const { fake, clock, open } = await bigQueryOnFake();
    fake.tables.set('dev_shop.t', { schema: { fields: [{ name: 'x', type: 'INTEGER' }] } });
    const warehouse = await open();
    const path = /^upload/;
    const answer = { status: 403, reason: 'accessDenied', message: 'Access Denied: Table' };
    fake.troubles.push({ method: 'POST', path, answer });
    await assert.rejects(warehouse.insertRows(shop, [[1n]]), (error) => {
      assert.match(String(error), /Access Denied: Table/);
      return coded('WAREHOUSE_DENIED', false)(error);
    });
    const quota = { status: 403, reason: 'rateLimitExceeded', retryAfter: 7 };
    fake.troubles.push({ method: 'POST', path, answer: quota });
    await warehouse.insertRows(shop, [[1n]]);
    assert.equal(fake.uploads.length, 1);
    assert.ok(clock.waits.includes(7000), String(clock.waits));
  });

  test('what is to stop is cancelled', async () => {
    const { fake, open } = await bigQueryOnFake();
    const stop = new AbortController();
    const warehouse = await open({ signal: stop.signal });
    fake.slowness = Number.POSITIVE_INFINITY;
    const running = warehouse.query(sql('SELECT 1'));
    setTimeout(() => stop.abort(), 20);
    await assert.rejects(running, coded('JOB_CANCELLED', false));
    assert.match(fake.requests.at(-1) ?? '', /^POST \/jobs\/.*\/cancel$/);
  });
});
