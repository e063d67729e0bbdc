import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { suite, test } from 'node:test';
import { DuckDBInstance } from '@duckdb/node-api';
import { type Clock, systemClock } from '@triad/shared/clock/clock.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import { duckDbOpener } from '@triad/shared/warehouse/duckdb-engine.ts';
import { googleSqlInDuckDb } from '../../sql-runner/dialect/translate.ts';
import { FakeClock } from '../harness/fake-clock.ts';
import { temporaryDirectory } from '../harness/temporary-directory.ts';
import { warehouseConformance } from './warehouse.conformance.ts';

const openerOf = (path: string, clock: Clock = systemClock) =>
  duckDbOpener({
    path,
    defaultDataset: 'triad',
    waitSeconds: 30,
    dialect: googleSqlInDuckDb,
    clock,
  }).open;

const newPath = async () => join(await temporaryDirectory(), 'home', 'warehouse.duckdb');
const sql = (text: string) => ({ text, origin: 'the test' });
const code = (expected: string) => (error: unknown) =>
  error instanceof TriadError && error.code === expected;

warehouseConformance('duckdb', async () => openerOf(await newPath()));

suite('a DuckDB file', () => {
  const holdProgram = resolve(import.meta.dirname, '../harness/sql-runner/hold-warehouse.ts');
  async function heldFile() {
    const path = join(await temporaryDirectory(), 'warehouse.duckdb');
    const holder = fork(holdProgram, [path]);
    await once(holder, 'message');
    const release = async () => {
      holder.kill('SIGKILL');
      await once(holder, 'exit');
    };
    return { path, release };
  }

  test('whoever finds it held waits, and gives up with a retryable error', async () => {
    const { path, release } = await heldFile();
    const clock = new FakeClock();
    const opening = openerOf(path, clock)({ write: true });
    const refused = assert.rejects(opening, (error) => {
      assert.ok(error instanceof TriadError);
      assert.deepEqual([error.code, error.retryable], ['WAREHOUSE_BUSY', true]);
      assert.match(error.message, /warehouse\.duckdb/);
      return true;
    });
    let over = false;
    refused.finally(() => {
      over = true;
    });
    while (!over) await clock.advance(1000);
    await refused;
    assert.ok(clock.now().getTime() >= Date.parse('2024-01-01T00:00:30.000Z'));
    await release();
  });

  test('whoever waits gets it when it is released, with all that its holder had committed', async () => {
    const { path, release } = await heldFile();
    const opening = openerOf(path)({ write: false });
    await release();
    const reader = await opening;
    assert.deepEqual((await reader.query(sql('SELECT x FROM shop.t'))).rows, [[1n]]);
    await reader.close();
  });

  test('one that is no database is WAREHOUSE_CORRUPT and stays as it is', async () => {
    const path = join(await temporaryDirectory(), 'warehouse.duckdb');
    await writeFile(path, 'no database at all');
    for (const write of [true, false]) {
      await assert.rejects(openerOf(path)({ write }), code('WAREHOUSE_CORRUPT'));
    }
    assert.equal(await readFile(path, 'utf8'), 'no database at all');
  });

  test('one with damaged pages is WAREHOUSE_CORRUPT', async () => {
    const path = join(await temporaryDirectory(), 'warehouse.duckdb');
    const writer = await openerOf(path)({ write: true });
    await writer.createTable({ dataset: 'triad', table: 't' }, sql('SELECT 1 AS x'));
    await writer.close();
    const bytes = await readFile(path);
    await writeFile(path, bytes.fill(7, 8192, bytes.length));
    await assert.rejects(openerOf(path)({ write: true }), code('WAREHOUSE_CORRUPT'));
  });

  test('a full disk is DISK_FULL, naming the file', {
    skip: existsSync('/dev/full') ? false : 'this system has no /dev/full',
  }, async () => {
    const writer = await openerOf(await newPath())({ write: true });
    const exporting = writer.exportParquet(sql('SELECT 1 AS x'), '/dev/full');
    await assert.rejects(exporting, (error) => {
      assert.match(String(error), /\/dev\/full/);
      return code('DISK_FULL')(error);
    });
    await writer.close();
  });

  test('a reader reaches no file, whatever it asks', async () => {
    const path = await newPath();
    await (await openerOf(path)({ write: true })).close();
    const reader = await openerOf(path)({ write: false });
    const file = join(await temporaryDirectory(), 'out.parquet');
    await assert.rejects(reader.exportParquet(sql('SELECT 1 AS x'), file), TriadError);
    await assert.rejects(stat(file));
    await reader.close();
  });

  test('it is worked on with as many threads as DuckDB finds right for the machine', async () => {
    const threads = "SELECT current_setting('threads')";
    const instance = await DuckDBInstance.create(':memory:');
    const expected = await (await instance.connect()).runAndReadAll(threads);
    instance.closeSync();
    const writer = await openerOf(await newPath())({ write: true });
    assert.deepEqual((await writer.execute(threads)).getRows(), expected.getRows());
    await writer.close();
  });

  test('a table without a dataset is looked up in the default one', async () => {
    const path = await newPath();
    const writer = await openerOf(path)({ write: true });
    await writer.createTable({ dataset: 'triad', table: 'rfm' }, sql('SELECT 1 AS x'));
    assert.deepEqual((await writer.query(sql('SELECT x FROM rfm'))).rows, [[1n]]);
    await writer.close();
  });

  test('a temporary dataset leaves nothing in the file', async () => {
    const path = await newPath();
    const writer = await openerOf(path)({ write: true });
    await writer.createDataset('aside', 'temporary');
    await writer.createTable({ dataset: 'aside', table: 't' }, sql('SELECT 1 AS x'));
    await writer.close();
    const next = await openerOf(path)({ write: true });
    assert.deepEqual(await next.datasets('aside'), []);
    await next.close();
  });

  test('an abort interrupts the query that runs', async () => {
    const stop = new AbortController();
    const writer = await openerOf(await newPath())({ write: true, signal: stop.signal });
    const numbers = '(SELECT 0 AS n UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3)';
    const many = Array.from({ length: 20 }, (_, at) => `${numbers} AS t${at}`).join(' CROSS JOIN ');
    const running = writer.query(sql(`SELECT SUM(t0.n + t19.n) FROM ${many}`));
    setImmediate(() => stop.abort());
    await assert.rejects(running, /INTERRUPT/i);
    await writer.close();
  });
});
