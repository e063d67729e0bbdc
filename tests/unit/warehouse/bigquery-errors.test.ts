import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import { bigQueryOnFake, coded } from '../../harness/warehouse/bigquery-on-fake.ts';

const sql = { text: 'SELECT x FROM shop.t', origin: 'rfm (definitions/rfm.sqlx)' };

suite('errors of BigQuery', () => {
  for (const [reason, code, retryable] of [
    ['invalidQuery', 'SQL_INVALID', false],
    ['notFound', 'SQL_INVALID', false],
    ['accessDenied', 'WAREHOUSE_DENIED', false],
    ['bytesBilledLimitExceeded', 'WAREHOUSE_COST_LIMIT', false],
    ['resourcesExceeded', 'WAREHOUSE_MEMORY', false],
    ['quotaExceeded', 'WAREHOUSE_QUOTA', true],
    ['jobRateLimitExceeded', 'WAREHOUSE_QUOTA', true],
    ['backendError', 'WAREHOUSE_UNAVAILABLE', true],
    ['duplicate', 'WAREHOUSE_CONFLICT', true],
  ] as const) {
    test(`a job that ends with ${reason} is ${code}`, async () => {
      const { fake, open } = await bigQueryOnFake();
      fake.ends = () => ({ error: { reason, message: `about\n${reason}` } });
      await assert.rejects((await open()).query(sql), (error) => {
        assert.match(String(error), new RegExp(`about; ${reason}`));
        if (code === 'SQL_INVALID') assert.match(String(error), /rfm \(definitions/);
        return coded(code, retryable)(error);
      });
      assert.equal(fake.ran.length, 1);
    });
  }

  test('what another transaction changed first is a retryable conflict', async () => {
    const { fake, open } = await bigQueryOnFake();
    for (const message of [
      'Transaction is aborted due to concurrent update against table a:b.c. Transaction ID: 1',
      'Query error: what the transaction read has changed at [2:1]',
    ]) {
      fake.ends = () => ({ error: { reason: 'invalidQuery', message } });
      await assert.rejects((await open()).query(sql), coded('WAREHOUSE_CONFLICT', true));
    }
  });

  test('429 and 503 are tried again, as late as the service asks', async () => {
    const { fake, clock, open } = await bigQueryOnFake();
    const warehouse = await open();
    const path = /^\/jobs$/;
    for (const answer of [
      { status: 503, reason: 'backendError', retryAfter: 7 },
      { status: 429, reason: 'rateLimitExceeded' },
      { status: 403, reason: 'rateLimitExceeded' },
    ]) {
      fake.troubles.push({ method: 'POST', path, answer });
    }
    await warehouse.query(sql);
    assert.deepEqual(clock.waits, [7000, 2000, 4000]);
    assert.equal(fake.ran.length, 1);
  });

  test('what goes on for long is given up, to be tried later', async () => {
    const { fake, open } = await bigQueryOnFake();
    const warehouse = await open();
    for (const [answer, code] of [
      [{ status: 503, reason: 'backendError' }, 'WAREHOUSE_UNAVAILABLE'],
      [{ status: 429, reason: 'rateLimitExceeded' }, 'WAREHOUSE_QUOTA'],
      ['cut', 'WAREHOUSE_UNAVAILABLE'],
    ] as const) {
      for (let n = 0; n < 6; n++) fake.troubles.push({ method: 'POST', path: /^\/jobs$/, answer });
      await assert.rejects(warehouse.query(sql), coded(code, true));
    }
    assert.deepEqual(fake.ran, []);
  });

  test('a wrong project is named, to who writes and to who reads', async () => {
    const { fake, open } = await bigQueryOnFake();
    const answer = { status: 404, reason: 'notFound', message: 'Not found: Project shop-1' };
    const wrong = (error: unknown) => {
      assert.match(String(error), /No Google Cloud project named shop-1\./);
      return coded('NOT_FOUND', false)(error);
    };
    for (const write of [true, false]) {
      fake.troubles.push({ method: 'GET', path: /^\/datasets/, answer });
      await assert.rejects(open({ write }), wrong);
    }
    fake.troubles.push({ method: 'POST', path: /^\/datasets/, answer });
    await assert.rejects(open(), wrong);
    const warehouse = await open();
    fake.troubles.push({ method: 'POST', path: /^\/jobs/, answer });
    await assert.rejects(warehouse.query(sql), wrong);
  });

  test('the project of a table that a query names is a matter of the query', async () => {
    const { fake, open } = await bigQueryOnFake();
    const error = { reason: 'notFound', message: 'Not found: Project shop-12' };
    fake.ends = () => ({ error });
    await assert.rejects((await open()).query(sql), coded('SQL_INVALID', false));
  });

  test('no right to open is told apart from nothing to read', async () => {
    const { fake, open } = await bigQueryOnFake();
    await assert.rejects(open({ write: false }), coded('WAREHOUSE_MISSING', false));
    for (const write of [true, false]) {
      const answer = { status: 403, reason: 'accessDenied', message: 'Access Denied: Dataset' };
      fake.troubles.push({ method: 'GET', path: /^\/datasets/, answer });
      await assert.rejects(open({ write }), (error) => {
        assert.match(String(error), /Access Denied: Dataset/);
        return coded('WAREHOUSE_DENIED', false)(error);
      });
    }
  });

  test('a server that is not there is a retryable error, too', async () => {
    const { open } = await bigQueryOnFake({ endpoint: 'http://127.0.0.1:9' });
    await assert.rejects(open(), coded('WAREHOUSE_UNAVAILABLE', true));
  });

  test('a table that is missing is NOT_FOUND, and a column that is none is refused', async () => {
    const { open } = await bigQueryOnFake();
    const warehouse = await open();
    const nothing = { dataset: 'shop', table: 'nothing' };
    await assert.rejects(warehouse.insertRows(nothing, [[1n]]), coded('NOT_FOUND', false));
    await assert.rejects(warehouse.copyRows(nothing, nothing), coded('NOT_FOUND', false));
    const bad = { dataset: 'shop', table: 't`; DROP TABLE x; --' };
    await assert.rejects(warehouse.deleteRows(bad, {}), coded('INPUT_INVALID', false));
  });

  test('a reader changes nothing, whatever it is asked', async () => {
    const { fake, open } = await bigQueryOnFake();
    await open();
    const reader = await open({ write: false });
    const t = { dataset: 'shop', table: 't' };
    for (const work of [
      () => reader.query({ ...sql, text: 'DROP TABLE shop.t' }),
      () => reader.createTable(t, sql),
      () => reader.drop(t),
      () => reader.deleteRows(t, {}),
      () => reader.dropDataset('shop'),
      () => reader.transaction(async () => {}),
    ]) {
      await assert.rejects(work(), (error) => {
        assert.ok(error instanceof TriadError);
        return error.code === 'SQL_READ_ONLY';
      });
    }
    assert.deepEqual(fake.ran, []);
  });
});
