import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type HttpWatch, sensor } from '@triad/shared/contracts/sensor.ts';
import { HttpProbe } from '../../../../orchestrator/sensors/http-probe.ts';
import { PageServer } from '../../../harness/sensors/page-server.ts';

const page = await PageServer.start();
const look = (more: Partial<HttpWatch>, url = page.url) =>
  new HttpProbe(fetch).look(
    { kind: 'http', url, value: 'body_hash', ...more },
    { pipeline: 'p', sensor: 's', number: 1, signal: new AbortController().signal },
  );

test('validators and values of a document are taken as they are', async () => {
  page.content = JSON.stringify({ 'a/b': { '~': [1, { version: 7 }] }, none: null });
  page.headers = { etag: 'W/"x"', 'last-modified': 'Thu, 01 Feb 2024 06:00:00 GMT' };
  assert.equal((await look({ value: 'etag' })).value, 'W/"x"');
  const modified = (await look({ value: 'last_modified' })).value;
  assert.equal(modified, 'Thu, 01 Feb 2024 06:00:00 GMT');
  const pointer = '/a~1b/~0/1/version';
  assert.equal((await look({ value: 'json_pointer', pointer })).value, 7);
  assert.equal((await look({ value: 'json_pointer', pointer: '/none' })).value, null);
});

test('a value that is not there is named', async () => {
  page.content = '{"a":{}}';
  page.headers = {};
  const missing = (message: RegExp) => ({ code: 'SENSOR_VALUE_MISSING', message });
  await assert.rejects(look({ value: 'etag' }), missing(/no header etag/));
  await assert.rejects(look({ value: 'json_pointer', pointer: '/b' }), missing(/value at \/b/));
  await assert.rejects(
    look({ value: 'json_pointer', pointer: '/a' }),
    missing(/expected a string/),
  );
  await assert.rejects(
    look({ value: 'json_pointer', pointer: '/constructor' }),
    missing(/there is none/),
  );
});

test('what cannot be read is told with its reason', async () => {
  page.content = 'no JSON';
  const unreadable = (message: RegExp) => ({ code: 'SENSOR_UNREADABLE', message });
  await assert.rejects(
    look({ value: 'json_pointer', pointer: '/a' }),
    unreadable(/not valid JSON/),
  );
  await assert.rejects(look({}, `${page.url}/x`), unreadable(/answered 500/));
  await assert.rejects(look({}, 'http://127.0.0.1:1/'), unreadable(/127\.0\.0\.1:1/));
  page.content = 'x'.repeat(17 * 1024 * 1024);
  await assert.rejects(look({}), unreadable(/larger than/));
});

test('a sensor that is declared wrongly is refused by its contract', () => {
  const declared = (watch: object) =>
    sensor.safeParse({ name: 's', everySeconds: 1, payloadKey: 'k', watch });
  const wrong: [object, RegExp][] = [
    [{ kind: 'http', url: 'ftp://x/' }, /http or https/],
    [{ kind: 'http', url: 'http://x/', value: 'json_pointer' }, /pointer/],
    [{ kind: 'http', url: 'http://x/', pointer: '/a' }, /pointer/],
    [{ kind: 'files', location: 'relative/path', value: 'file_size' }, /file:\/\/\/absolute/],
    [{ kind: 'files', location: 'file://host/x', value: 'file_size' }, /file:\/\/\/absolute/],
    [{ kind: 'files', location: 'ftp://x/y', value: 'file_size' }, /file:\/\/\/absolute/],
    [{ kind: 'sql', query: '' }, /query/],
  ];
  for (const [watch, message] of wrong) {
    const { success, error } = declared(watch);
    assert.equal(success, false, JSON.stringify(watch));
    assert.match(JSON.stringify(error.issues), message);
  }
  assert.ok(declared({ kind: 'files', location: 'gs://b', value: 'file_size' }).success);
});
