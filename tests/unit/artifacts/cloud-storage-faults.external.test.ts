import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, test } from 'node:test';
import { CloudStorageArtifactStore } from '@triad/shared/artifacts/cloud-storage-artifact-store.ts';
import { errorOf, failureOf } from '@triad/shared/artifacts/cloud-storage-failure.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import { GoogleAuth } from 'google-auth-library';
import { startCloudStorage } from '../../harness/external/cloud-storage.ts';
import { type Fault, FaultProxy, type ProxiedRequest } from '../../harness/external/fault-proxy.ts';
import { PauseSkippingClock } from '../../harness/pause-skipping-clock.ts';
import { sequentialIds } from '../../harness/sequential-ids.ts';
import { temporaryDirectory } from '../../harness/temporary-directory.ts';

const server = await startCloudStorage();
const proxy = new FaultProxy(server.url);
const endpoint = await proxy.listen();
const chunkBytes = 1 << 18;
const stallSeconds = 1000;

const ids = sequentialIds();
const openStore = async (bucket?: string) => {
  const clock = new PauseSkippingClock(stallSeconds * 1000);
  const cacheDirectory = await temporaryDirectory();
  const store = new CloudStorageArtifactStore({
    bucket: bucket ?? (await server.createBucket()),
    ...{ cacheDirectory, endpoint, clock, random: () => 0.5, newWriteId: () => ids.next() },
    ...{ chunkBytes, stallSeconds },
  });
  return { store, clock, cacheDirectory };
};

const any = () => true;
const isUpload = ({ method, url }: ProxiedRequest) =>
  method !== 'GET' && url.startsWith('/upload/');
const isChunk = ({ method, url }: ProxiedRequest) => method === 'PUT' && url.startsWith('/upload/');
const isDownload = ({ url }: ProxiedRequest) => url.includes('alt=media');
const busy = (headers: Record<string, string> = {}, answer = 503): Fault => ({ answer, headers });
const localFile = async (body: Buffer) => {
  const file = join(await temporaryDirectory(), 'part.parquet');
  await writeFile(file, body);
  return file;
};
const body = randomBytes(3 * chunkBytes + 1000);
const sha256 = createHash('sha256').update(body).digest('hex');

beforeEach(() => proxy.reset());
test.after(() => proxy.close());

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
    const { path } = await store.putFile('a/b', await localFile(body));
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

describe('a lost connection', () => {
  for (const fault of ['lost request', 'lost answer'] as const) {
    test(`(${fault}) does not make a claim somebody else's`, async () => {
      const { store } = await openStore();
      proxy.fail(isUpload, fault);
      const first = await store.put('claim', 'one', { absent: true });
      proxy.fail(isUpload, fault);
      const second = await store.put('claim', 'two', { generation: first.generation });
      assert.deepEqual(await store.stat('claim'), second);
      await assert.rejects(store.put('claim', 'x', { absent: true }), {
        code: 'ARTIFACT_CONFLICT',
      });
      proxy.fail(isUpload, fault);
      await assert.rejects(store.put('claim', 'x', { generation: first.generation }), {
        code: 'ARTIFACT_CONFLICT',
      });
      assert.equal(String((await store.get('claim'))?.body), 'two');
    });
  }

  test('is no win for one whose rival was first', async () => {
    const bucket = await server.createBucket();
    const { store } = await openStore(bucket);
    const { store: rival } = await openStore(bucket);
    await rival.put('claim', 'rival', { absent: true });
    proxy.fail(isUpload, 'lost request', 'lost answer');
    await assert.rejects(store.put('claim', 'late', { absent: true }), {
      code: 'ARTIFACT_CONFLICT',
    });
  });

  test('in the middle of a download takes it up where it broke off', async () => {
    const { store, clock } = await openStore();
    const { path } = await store.putFile('part', await localFile(body));
    proxy.reset();
    proxy.fail(isDownload, { cutAnswerAfter: 300_000 }, 'lost request', { cutAnswerAfter: 5000 });
    assert.deepEqual((await store.get(path))?.body, body);
    const ranges = proxy.requests.filter(isDownload).map(({ headers }) => headers.range);
    assert.equal(ranges.length, 4);
    assert.equal(ranges[0], undefined);
    for (const range of ranges.slice(1)) assert.match(String(range), /^bytes=[1-9]\d*-$/);
    assert.equal(clock.pauses.length, 3);
    proxy.fail(isDownload, { cutAnswerAfter: 10 }, { cutAnswerAfter: 100_000 });
    assert.equal((await store.digest(path))?.sha256, sha256);
    proxy.fail(isDownload, { cutAnswerAfter: body.length - 1 });
    assert.deepEqual(await readFile(await store.localFile(path)), body);
  });

  test('in the middle of an upload takes it up where the server has it', async () => {
    const { store } = await openStore();
    proxy.fail(isChunk, { cutChunkAfter: 1000 }, 'lost answer', busy({ 'retry-after': '1' }));
    const file = await localFile(body);
    assert.equal((await store.putFile('part', file)).sha256, sha256);
    assert.equal((await store.digest('part'))?.sha256, sha256);
    assert.equal(existsSync(file), false);
    const starts = proxy.requests.filter(isUpload).filter(({ method }) => method === 'POST');
    assert.equal(starts.length, 1, 'it was begun anew');
    const ranges = proxy.requests.filter(isChunk).map(({ headers }) => headers['content-range']);
    assert.ok(ranges.includes(`bytes 1000-${1000 + chunkBytes - 1}/*`), String(ranges));
  });

  test('before the last answer of an upload does not send it again', async () => {
    const { store } = await openStore();
    const isLast = (request: ProxiedRequest) =>
      isChunk(request) && String(request.headers['content-range']).endsWith(`/${body.length}`);
    proxy.fail(isLast, 'lost answer');
    await store.putFile('part', await localFile(body));
    assert.equal(proxy.requests.filter(isLast).length, 1);
    assert.equal((await store.digest('part'))?.sha256, sha256);
  });

  test('together with the session of the upload begins it anew', async () => {
    const { store } = await openStore();
    proxy.fail(isChunk, 'lost request', { answer: 410 });
    await store.putFile('part', await localFile(body));
    assert.equal((await store.digest('part'))?.sha256, sha256);
    const starts = proxy.requests.filter(({ url }) => url.includes('uploadType=resumable'));
    assert.equal(starts.filter(({ method }) => method === 'POST').length, 2);
  });

  test('that nobody notices ends when nothing has moved for too long', async () => {
    const { store, clock } = await openStore();
    const file = await localFile(body);
    const attempts: [Fault, (request: ProxiedRequest) => boolean, () => Promise<unknown>][] = [
      ['silence', any, () => store.put('x', 'x')],
      ['silence', isChunk, () => store.putFile('part', file)],
      ['silence', isDownload, () => store.get('part')],
      ['silence', any, () => store.stat('part')],
      ['silence', any, () => store.list('')],
    ];
    for (const [fault, matches, attempt] of attempts) {
      const happened = proxy.fail(matches, fault);
      const attempted = attempt();
      await happened;
      clock.elapseLimits();
      await attempted;
    }
    assert.equal((await store.digest('part'))?.sha256, sha256);
  });

  test('that stays lost is a retryable error and leaves the local file', async () => {
    const { store, cacheDirectory } = await openStore();
    const unavailable = { code: 'ARTIFACT_STORE_UNAVAILABLE', retryable: true };
    const file = await localFile(body);
    proxy.fail(any, ...Array.from({ length: 99 }, (): Fault => 'lost request'));
    await assert.rejects(store.putFile('part', file), unavailable);
    assert.deepEqual(await readFile(file), body);
    proxy.reset();
    await store.putFile('part', file);
    proxy.fail(isDownload, ...Array.from({ length: 99 }, (): Fault => 'lost request'));
    await assert.rejects(store.localFile('part'), unavailable);
    assert.deepEqual(await readdir(cacheDirectory), ['.temporary']);
    assert.deepEqual(await readdir(join(cacheDirectory, '.temporary')), []);
  });
});

describe('bytes that change on their way', () => {
  test('down are fetched anew, and are an error when it happens each time', async () => {
    const { store, cacheDirectory } = await openStore();
    const { path } = await store.putFile('part', await localFile(body));
    proxy.fail(isDownload, 'changed answer');
    assert.deepEqual((await store.get(path))?.body, body);
    proxy.fail(isDownload, 'changed answer', 'changed answer');
    assert.equal((await store.digest(path))?.sha256, sha256);
    proxy.fail(isDownload, 'changed answer', 'changed answer', 'changed answer');
    await assert.rejects(store.localFile(path), { code: 'ARTIFACT_CORRUPT', retryable: true });
    assert.deepEqual(await readdir(cacheDirectory), ['.temporary']);
    assert.deepEqual(await readFile(await store.localFile(path)), body);
  });

  test('up are refused by the server and sent again', async () => {
    const { store } = await openStore();
    await store.put('small', 'kept');
    proxy.fail(isUpload, 'changed request', 'changed request', 'changed request');
    await assert.rejects(store.put('small', 'new'), { code: 'ARTIFACT_CORRUPT' });
    assert.equal(String((await store.get('small'))?.body), 'kept');
    proxy.fail(isUpload, 'changed request');
    await store.put('small', 'new');
    assert.equal(String((await store.get('small'))?.body), 'new');
  });

  test('in a piece of a large file never stay, even with a server that lets them in', async () => {
    const { store } = await openStore();
    const file = await localFile(body);
    proxy.fail(isChunk, 'changed request');
    assert.equal((await store.putFile('part', file)).sha256, sha256);
    assert.equal((await store.digest('part'))?.sha256, sha256);
    await store.deletePrefix('part');
    const other = await localFile(body);
    proxy.fail(
      (request) => isChunk(request) && /bytes 0-/.test(String(request.headers['content-range'])),
      ...(['changed request', 'changed request', 'changed request'] as const),
    );
    await assert.rejects(store.putFile('part', other), { code: 'ARTIFACT_CORRUPT' });
    assert.equal(await store.stat('part'), undefined);
    assert.ok(existsSync(other));
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
      await assert.rejects(store.putFile('x', await localFile(body)), denied);
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
    await store.putFile('part', await localFile(body));
    proxy.fail(isDownload, { cutAnswerAfter: 100_000 }, noObject);
    assert.deepEqual((await store.get('part'))?.body, body);
    const [first, second, third] = proxy.requests.filter(isDownload);
    assert.doesNotMatch(first?.url ?? '', /generation=/);
    assert.match(second?.url ?? '', /generation=\d+/);
    assert.doesNotMatch(third?.url ?? '', /generation=/);
  });
});
