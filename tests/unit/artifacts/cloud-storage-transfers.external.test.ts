import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, test } from 'node:test';
import {
  any,
  largeBody as body,
  busy,
  chunkBytes,
  faultyCloudStorage,
  isChunk,
  isDownload,
  isStatus,
  isUpload,
  largeFile,
} from '../../harness/artifacts/faulty-cloud-storage.ts';
import type { Fault, ProxiedRequest } from '../../harness/external/fault-proxy.ts';

const { proxy, openStore, createBucket } = await faultyCloudStorage();
const sha256 = createHash('sha256').update(body).digest('hex');
beforeEach(() => proxy.reset());

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
    const bucket = await createBucket();
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
    const { path } = await store.putFile('part', await largeFile());
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
    const { store, clock } = await openStore();
    proxy.fail(isChunk, { cutChunkAfter: 1000 }, 'lost answer', busy({ 'retry-after': '9' }));
    proxy.fail(isStatus, busy({ 'retry-after': '17' }), 'lost request');
    const file = await largeFile();
    assert.equal((await store.putFile('part', file)).sha256, sha256);
    assert.equal((await store.digest('part'))?.sha256, sha256);
    assert.equal(existsSync(file), false);
    const starts = proxy.requests.filter(isUpload).filter(({ method }) => method === 'POST');
    assert.equal(starts.length, 1, 'it was begun anew');
    const second = 1000 + chunkBytes;
    const third = second + chunkBytes;
    assert.deepEqual(
      proxy.requests.filter(isChunk).map(({ headers }) => headers['content-range']),
      [
        `bytes 0-${chunkBytes - 1}/*`,
        `bytes 1000-${second - 1}/*`,
        // Its answer was lost, though it had arrived; then the server had too much to do.
        `bytes ${second}-${third - 1}/*`,
        `bytes ${second}-${third - 1}/*`,
        `bytes ${third}-${body.length - 1}/${body.length}`,
      ],
    );
    assert.ok(clock.pauses.includes(9000) && clock.pauses.includes(17_000), `${clock.pauses}`);
  });

  test('before the last answer of an upload does not send it again', async () => {
    const { store } = await openStore();
    const isLast = (request: ProxiedRequest) =>
      isChunk(request) && String(request.headers['content-range']).endsWith(`/${body.length}`);
    proxy.fail(isLast, 'lost answer');
    await store.putFile('part', await largeFile());
    assert.equal(proxy.requests.filter(isLast).length, 1);
    assert.equal((await store.digest('part'))?.sha256, sha256);
  });

  test('together with the session of the upload begins it anew', async () => {
    const { store } = await openStore();
    proxy.fail(isChunk, 'lost request');
    proxy.fail(isStatus, { answer: 410 });
    await store.putFile('part', await largeFile());
    assert.equal((await store.digest('part'))?.sha256, sha256);
    const starts = proxy.requests.filter(({ url }) => url.includes('uploadType=resumable'));
    assert.equal(starts.filter(({ method }) => method === 'POST').length, 2);
  });

  test('that nobody notices ends when nothing has moved for too long', async () => {
    const { store, clock } = await openStore();
    const file = await largeFile();
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
    const file = await largeFile();
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
    const { path } = await store.putFile('part', await largeFile());
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
    const file = await largeFile();
    proxy.fail(isChunk, 'changed request');
    assert.equal((await store.putFile('part', file)).sha256, sha256);
    assert.equal((await store.digest('part'))?.sha256, sha256);
    await store.deletePrefix('part');
    const other = await largeFile();
    proxy.fail(
      (request) => isChunk(request) && /bytes 0-/.test(String(request.headers['content-range'])),
      ...(['changed request', 'changed request', 'changed request'] as const),
    );
    await assert.rejects(store.putFile('part', other), { code: 'ARTIFACT_CORRUPT' });
    assert.equal(await store.stat('part'), undefined);
    assert.ok(existsSync(other));
  });
});
