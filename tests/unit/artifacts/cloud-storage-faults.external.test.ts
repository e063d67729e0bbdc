import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { beforeEach, describe, test } from 'node:test';
import { errorOf, failureOf } from '@triad/shared/artifacts/cloud-storage-failure.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import { GoogleAuth } from 'google-auth-library';
import {
  any,
  largeBody as body,
  busy,
  faultyCloudStorage,
  isDownload,
  largeFile,
} from '../../harness/artifacts/faulty-cloud-storage.ts';
import type { Fault, ProxiedRequest } from '../../harness/external/fault-proxy.ts';
import { temporaryDirectory } from '../../harness/temporary-directory.ts';

const { proxy, openStore } = await faultyCloudStorage();
const sha256 = createHash('sha256').update(body).digest('hex');
beforeEach(() => proxy.reset());

describe('a server that has too much to do', () => {
  for (const status of [429, 503]) {
    test(`with ${status} is left alone for as long as it asks`, async () => {
      const { store, clock } = await openStore();
      proxy.fail(any, busy({ 'retry-after': '7' }, status), busy({}, status));
      const { generation } = await store.put('claim', 'mine', { absent: true });
      assert.deepEqual(clock.pauses, [7000, 750]);
      clock.pauses.length = 0;
      proxy.fail(any, busy({ 'retry-after': 'Mon, 01 Jan 2024 00:01:00 GMT' }, status));
      assert.equal((await store.get('claim'))?.artifact.generation, generation);
      assert.equal(clock.now().toISOString(), '2024-01-01T00:01:00.000Z');
    });
  }

  test('is asked for everything again', async () => {
    const { store } = await openStore();
    const once = () => proxy.fail(any, busy());
    once();
    const { path } = await store.putFile('a/b', await largeFile());
    once();
    assert.equal((await store.digest(path))?.sha256, sha256);
    once();
    assert.equal((await store.stat(path))?.bytes, body.length);
    once();
    assert.equal((await store.list('')).length, 1);
    once();
    assert.deepEqual(await readFile(await store.localFile(path)), body);
    once();
    await store.deletePrefix('a/');
    once();
    assert.equal(await store.get(path), undefined);
  });

  test('for longer than there is patience is a retryable error', async () => {
    const unavailable = { code: 'ARTIFACT_STORE_UNAVAILABLE', retryable: true };
    const { store, clock } = await openStore();
    proxy.fail(any, busy({ 'retry-after': '600' }, 429));
    await assert.rejects(store.put('x', 'x'), unavailable);
    assert.deepEqual(clock.pauses, []);
    proxy.fail(any, ...Array.from({ length: 20 }, () => busy()));
    await assert.rejects(store.get('x'), unavailable);
    assert.equal(clock.pauses.length, 7);
    await assert.rejects(store.check(), unavailable);
    assert.equal(clock.pauses.length, 7);
  });

  test('by a quota that answers 403 is asked again, too', async () => {
    const { store } = await openStore();
    const errors = [{ reason: 'rateLimitExceeded', message: 'slow down' }];
    const quota = JSON.stringify({ error: { code: 403, message: 'slow down', errors } });
    const headers = { 'content-type': 'application/json' };
    proxy.fail(any, { answer: 403, headers, body: quota });
    await store.put('x', 'x');
  });
});

describe('access that is refused', () => {
  for (const status of [401, 403]) {
    test(`with ${status} is ARTIFACT_STORE_DENIED, at once and in the server's words`, async () => {
      const { store, clock } = await openStore();
      const denied = {
        code: 'ARTIFACT_STORE_DENIED',
        retryable: false,
        message: /does not have storage\.objects access/,
      };
      const message = 'ada@example.com does not have storage.objects access';
      const errors = [{ reason: 'forbidden', message }];
      const refusal: Fault = {
        answer: status,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ error: { code: status, message, errors } }),
      };
      proxy.fail(any, ...Array.from({ length: 99 }, () => refusal));
      await assert.rejects(store.put('x', 'x'), denied);
      await assert.rejects(store.putFile('x', await largeFile()), denied);
      await assert.rejects(store.get('x'), denied);
      await assert.rejects(store.localFile('x'), denied);
      await assert.rejects(store.stat('x'), denied);
      await assert.rejects(store.digest('x'), denied);
      await assert.rejects(store.list(''), denied);
      await assert.rejects(store.deletePrefix('x'), denied);
      await assert.rejects(store.check(), denied);
      assert.deepEqual(clock.pauses, []);
    });
  }
});

test('a process without credentials is told so', async (t) => {
  const { HOME, GOOGLE_APPLICATION_CREDENTIALS: key } = process.env;
  process.env.HOME = await temporaryDirectory();
  process.env.METADATA_SERVER_DETECTION = 'none';
  delete process.env.GOOGLE_APPLICATION_CREDENTIALS;
  t.after(() => {
    process.env.HOME = HOME;
    delete process.env.METADATA_SERVER_DETECTION;
    if (key !== undefined) process.env.GOOGLE_APPLICATION_CREDENTIALS = key;
  });
  const [{ reason }] = (await Promise.allSettled([new GoogleAuth().getClient()])) as [
    PromiseRejectedResult,
  ];
  const error = errorOf(reason, failureOf(reason, new Date(0)), { bucket: 'models', path: 'x' });
  assert.ok(error instanceof TriadError);
  assert.equal(error.code, 'ARTIFACT_STORE_DENIED');
  assert.match(error.fix, /credentials/);
});

test('a long list comes in pages, each of which may fail', async () => {
  const { store } = await openStore();
  const paths = Array.from({ length: 7 }, (_, i) => `pages/${i}`);
  for (const path of paths) await store.put(path, 'x');
  const isList = (url: string) => url.includes('prefix=');
  proxy.rewrite = (url) => (isList(url) ? `${url}&maxResults=2` : url);
  const isLaterPage = ({ url }: ProxiedRequest) => url.includes('pageToken=');
  proxy.fail(isLaterPage, busy(), 'lost answer');
  const listed = await store.list('pages/');
  assert.deepEqual(
    listed.map(({ path }) => path),
    paths,
  );
  assert.equal(proxy.requests.filter(isLaterPage).length, 3 + 2);
  await store.deletePrefix('pages/');
  assert.deepEqual(await store.list(''), []);
});

describe('an artifact that goes away', () => {
  const noObject: Fault = { answer: 404, body: 'No such object: bucket/part' };

  test('between the question for it and its download is missing', async () => {
    const { store } = await openStore();
    await store.put('part', 'x');
    const isStat = ({ method, url }: ProxiedRequest) =>
      method === 'GET' && url.includes('/o/part') && !url.includes('alt=media');
    const happened = proxy.fail(isDownload, noObject);
    const answered = happened.then(() => proxy.fail(isStat, noObject));
    await assert.rejects(store.localFile('part'), { code: 'ARTIFACT_MISSING' });
    await answered;
    assert.equal(await readFile(await store.localFile('part'), 'utf8'), 'x');
  });

  test('because it is replaced in the middle of a download gives one whole body', async () => {
    const { store } = await openStore();
    await store.putFile('part', await largeFile());
    proxy.fail(isDownload, { cutAnswerAfter: 100_000 }, noObject);
    assert.deepEqual((await store.get('part'))?.body, body);
    const [first, second, third] = proxy.requests.filter(isDownload);
    assert.doesNotMatch(first?.url ?? '', /generation=/);
    assert.match(second?.url ?? '', /generation=\d+/);
    assert.doesNotMatch(third?.url ?? '', /generation=/);
  });
});
