import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { Storage } from '@google-cloud/storage';
import {
  CloudStorageArtifactStore,
  type CloudStorageArtifactStoreOptions,
} from '@triad/shared/artifacts/cloud-storage-artifact-store.ts';
import { startCloudStorage } from '../harness/external/cloud-storage.ts';
import { temporaryDirectory } from '../harness/temporary-directory.ts';
import { artifactStoreConformance } from './artifact-store.conformance.ts';

const { url, createBucket } = await startCloudStorage();
const storage = new Storage({ apiEndpoint: url, projectId: 'test' });

const openStore = async (options: Partial<CloudStorageArtifactStoreOptions> = {}) =>
  new CloudStorageArtifactStore({
    bucket: options.bucket ?? (await createBucket()),
    cacheDirectory: options.cacheDirectory ?? (await temporaryDirectory()),
    endpoint: url,
    ...options,
  });

artifactStoreConformance('Cloud Storage', () => openStore());
artifactStoreConformance('Cloud Storage, in a folder of a bucket', () =>
  openStore({ prefix: 'triad/main' }),
);

test('of two processes that race for a claim exactly one wins', async () => {
  const bucket = await createBucket();
  const stores = await Promise.all([openStore({ bucket }), openStore({ bucket })]);
  for (let round = 0; round < 10; round += 1) {
    const writes = await Promise.allSettled(
      stores.map((store, i) => store.put(`claims/${round}`, String(i), { absent: true })),
    );
    const winner = writes.findIndex(({ status }) => status === 'fulfilled');
    const [lost] = writes.filter((write) => write.status === 'rejected');
    assert.equal(lost?.reason.code, 'ARTIFACT_CONFLICT');
    assert.equal(String((await stores[0]?.get(`claims/${round}`))?.body), String(winner));
  }
});

test('a folder of a bucket keeps to itself', async () => {
  const bucket = await createBucket();
  const whole = await openStore({ bucket });
  const folder = await openStore({ bucket, prefix: 'main/' });
  await whole.put('main2/x', 'other');
  await folder.put('x', 'own');
  assert.equal(String((await whole.get('main/x'))?.body), 'own');
  assert.deepEqual(
    (await folder.list('')).map(({ path }) => path),
    ['x'],
  );
  await folder.deletePrefix('x');
  assert.deepEqual(
    (await whole.list('')).map(({ path }) => path),
    ['main2/x'],
  );
});

test('a large file goes up in pieces and comes down the same', async () => {
  const store = await openStore({ chunkBytes: 1 << 18 });
  const local = join(await temporaryDirectory(), 'large.parquet');
  for (const bytes of [(1 << 20) + 17, 1 << 20, (1 << 18) + 1, 1 << 18, 0]) {
    const body = randomBytes(bytes);
    await writeFile(local, body);
    const reference = await store.putFile('runs/r/large.parquet', local);
    assert.equal(reference.bytes, bytes);
    assert.equal(existsSync(local), false);
    assert.deepEqual(await store.digest(reference.path), reference);
    assert.deepEqual((await store.get(reference.path))?.body, body);
    assert.deepEqual(await readFile(await store.localFile(reference.path)), body);
  }
});

test('a local copy is made once for all who share the folder, and again for a new generation', async () => {
  const bucket = await createBucket();
  const cacheDirectory = await temporaryDirectory();
  const one = await openStore({ bucket, cacheDirectory });
  const other = await openStore({ bucket, cacheDirectory });
  await one.put('snapshots/orders.parquet', 'first');
  const files = await Promise.all(
    [one, other, one, other].map((store) => store.localFile('snapshots/orders.parquet')),
  );
  const [file = ''] = files;
  assert.deepEqual(new Set(files).size, 1);
  assert.match(file, /\/orders\.parquet$/);
  await other.put('snapshots/orders.parquet', 'second');
  const second = await one.localFile('snapshots/orders.parquet');
  assert.equal(await readFile(second, 'utf8'), 'second');
  assert.equal(await readFile(file, 'utf8'), 'first');
  await truncate(second, 3);
  assert.equal(await readFile(await other.localFile('snapshots/orders.parquet'), 'utf8'), 'second');
  assert.deepEqual(await readdir(join(cacheDirectory, '.temporary')), []);
});

test('an artifact that somebody deletes is gone, whatever local copies there are', async () => {
  const bucket = await createBucket();
  const store = await openStore({ bucket });
  await store.put('model.json', '{}');
  await store.localFile('model.json');
  await storage.bucket(bucket).file('model.json').delete();
  assert.equal(await store.get('model.json'), undefined);
  assert.equal(await store.stat('model.json'), undefined);
  await assert.rejects(store.localFile('model.json'), { code: 'ARTIFACT_MISSING' });
  await store.put('model.json', '[]', { absent: true });
});

test('objects whose names no artifact can have are not seen', async () => {
  const bucket = await createBucket();
  for (const name of ['folder/', 'with space', 'a/.hidden']) {
    await storage.bucket(bucket).file(name).save('x', { resumable: false });
  }
  const store = await openStore({ bucket });
  await store.put('folder/x', 'x');
  assert.deepEqual(
    (await store.list('')).map(({ path }) => path),
    ['folder/x'],
  );
});

test('a bucket that is not there, or no more, is never taken for an empty one', async () => {
  const missing = { code: 'ARTIFACT_STORE_MISSING' };
  const none = await openStore({ bucket: 'no-such-bucket' });
  const local = join(await temporaryDirectory(), 'f');
  await writeFile(local, Buffer.alloc((1 << 18) + 1));
  for (const chunkBytes of [1 << 18, 1 << 20]) {
    const store = await openStore({ bucket: 'no-such-bucket', chunkBytes });
    await assert.rejects(store.putFile('x', local), missing);
    assert.ok(existsSync(local));
  }
  await assert.rejects(none.check(), missing);
  await assert.rejects(none.put('x', 'x'), missing);
  await assert.rejects(none.put('x', 'x', { absent: true }), missing);
  await assert.rejects(none.get('x'), missing);
  await assert.rejects(none.stat('x'), missing);
  await assert.rejects(none.digest('x'), missing);
  await assert.rejects(none.localFile('x'), missing);
  await assert.rejects(none.list(''), missing);
  await assert.rejects(none.deletePrefix('x'), missing);
  const bucket = await createBucket();
  const store = await openStore({ bucket });
  await store.put('claim', 'x');
  await storage.bucket(bucket).file('claim').delete();
  await storage.bucket(bucket).delete();
  await assert.rejects(store.get('claim'), missing);
});

test('only a plain file can move in', async () => {
  const store = await openStore();
  const local = await temporaryDirectory();
  await symlink('/etc/hostname', join(local, 'link'));
  await assert.rejects(store.putFile('x', join(local, 'link')), { code: 'ARTIFACT_PATH_INVALID' });
  await assert.rejects(store.putFile('x', local), { code: 'ARTIFACT_PATH_INVALID' });
});

test('a generation of another store is never taken for "nothing is there"', async () => {
  const store = await openStore();
  for (const generation of ['0', '', 'x']) {
    await assert.rejects(store.put('claim', 'x', { generation }), { code: 'ARTIFACT_CONFLICT' });
  }
  assert.equal(await store.stat('claim'), undefined);
});

test('a folder whose name leads out of itself is refused', () => {
  const options = { bucket: 'b', cacheDirectory: 'unused' };
  for (const prefix of ['../x', '/x', 'a//b']) {
    assert.throws(() => new CloudStorageArtifactStore({ ...options, prefix }), {
      code: 'ARTIFACT_PATH_INVALID',
    });
  }
});
