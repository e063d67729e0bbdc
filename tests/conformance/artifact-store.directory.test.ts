import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import fs, {
  link,
  mkdir,
  open,
  readdir,
  readFile,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { DirectoryArtifactStore } from '@triad/shared/artifacts/directory-artifact-store.ts';
import { temporaryDirectory } from '../harness/temporary-directory.ts';
import { artifactStoreConformance } from './artifact-store.conformance.ts';

const openStore = async () => {
  const directory = await temporaryDirectory();
  return { directory, store: new DirectoryArtifactStore({ directory }) };
};

artifactStoreConformance('directory', async () => (await openStore()).store);

test('plain tools find each artifact under its path, also after overwrites', async () => {
  const { directory, store } = await openStore();
  await store.put('runs/r/report.txt', 'one');
  assert.equal(await readFile(join(directory, 'runs/r/report.txt'), 'utf8'), 'one');
  await store.put('runs/r/report.txt', 'two');
});

test('a reader that is overtaken by the first overwrite gives no generation another one’s body', async (t) => {
  const { store } = await openStore();
  const path = 'overtaken';
  await store.put(path, 'first');
  const once = meanwhile(t, 'readFile', () => store.put(path, 'second'));
  const got = await store.get(path);
  assert.equal(once.calls, 1);
  assert.equal(got?.body.toString(), 'second');
  assert.deepEqual(got?.artifact, await store.stat(path));
});

test('a writer that is overtaken while it updates the plain view leaves the newest there', async (t) => {
  const { directory, store } = await openStore();
  await store.put('view', 'first');
  const once = meanwhile(t, 'rename', () => store.put('view', 'third'));
  await store.put('view', 'second');
  assert.equal(once.calls, 1);
  assert.equal((await store.get('view'))?.body.toString(), 'third');
  assert.equal(await readFile(join(directory, 'view'), 'utf8'), 'third');
});

/** Lets `happen` happen just before the store's next call of the named file operation. */
function meanwhile(
  t: TestContext,
  name: 'open' | 'readFile' | 'rename',
  happen: () => Promise<unknown>,
) {
  const once = { calls: 0 };
  const real: (...args: unknown[]) => Promise<unknown> = fs[name] as never;
  const { mock } = t.mock.method(fs, name, async (...args: unknown[]) => {
    if (once.calls === 0) {
      once.calls += 1;
      await happen();
    }
    return real(...args);
  });
  syncBuiltinESMExports();
  t.after(() => {
    mock.restore();
    syncBuiltinESMExports();
  });
  return once;
}

test('a file that is moved in is not swept, however old it is', async (t) => {
  const { directory, store } = await openStore();
  const old = join(directory, '..', 'old');
  await writeFile(old, 'old');
  await utimes(old, 0, 0);
  await store.check();
  const yesterday = new Date((await stat(directory)).mtimeMs - 86_400_000);
  const once = meanwhile(t, 'open', () => store.sweep(yesterday));
  const { path } = await store.putFile('old', old);
  assert.equal(once.calls, 1);
  assert.equal((await store.get(path))?.body.toString(), 'old');
});

test('two stores on one directory exclude each other', async () => {
  const directory = await temporaryDirectory();
  const writes = await Promise.allSettled(
    Array.from({ length: 6 }, (_, i) =>
      new DirectoryArtifactStore({ directory }).put('claim', String(i), { absent: true }),
    ),
  );
  assert.equal(writes.filter(({ status }) => status === 'fulfilled').length, 1);
});

test('a writer killed in the middle leaves nothing and blocks no later writer', async () => {
  const { directory, store } = await openStore();
  for (const precondition of ['absent', 'generation']) {
    const before = await store.get('claims/c');
    const writer = fork(join(import.meta.dirname, '../harness/artifacts/dying-writer.ts'), [
      directory,
      'claims/c',
    ]);
    const [, signal] = await once(writer, 'exit');
    assert.equal(signal, 'SIGKILL');
    assert.deepEqual(await store.get('claims/c'), before);
    const next = before ? { generation: before.artifact.generation } : { absent: true as const };
    await store.put('claims/c', precondition, next);
    assert.equal((await store.get('claims/c'))?.body.toString(), precondition);
    assert.deepEqual(
      (await store.list('')).map(({ path }) => path),
      ['claims/c'],
    );
  }
});

test('an overwriter killed before it updated the plain view has overwritten all the same', async () => {
  const { directory, store } = await openStore();
  const first = await store.put('claim', 'first');
  await mkdir(join(directory, '.claim.generations'));
  await writeFile(join(directory, 'second'), 'second');
  await link(join(directory, 'second'), join(directory, '.claim.generations/2'));
  assert.equal((await store.get('claim'))?.body.toString(), 'second');
  await assert.rejects(store.put('claim', 'late', { generation: first.generation }), {
    code: 'ARTIFACT_CONFLICT',
  });
  await store.put('claim', 'third');
  assert.equal(await readFile(join(directory, 'claim'), 'utf8'), 'third');
});

test('a full disk is DISK_FULL and changes nothing', async () => {
  const { directory, store } = await openStore();
  await store.put('kept', 'before');
  const full = new DirectoryArtifactStore({ directory, open: () => open('/dev/full', 'w') });
  await assert.rejects(full.put('kept', 'after'), { code: 'DISK_FULL' });
  await assert.rejects(full.put('new', 'x', { absent: true }), { code: 'DISK_FULL' });
  assert.equal((await store.get('kept'))?.body.toString(), 'before');
  assert.equal(await store.stat('new'), undefined);
  assert.deepEqual(await readdir(join(directory, '.temporary')), []);
});

test('a symbolic link may not lead out of the store, neither for reading nor for writing', async () => {
  const { directory, store } = await openStore();
  const outside = await temporaryDirectory();
  await writeFile(join(outside, 'secret'), 'secret');
  await symlink(outside, join(directory, 'out'));
  await symlink(join(outside, 'secret'), join(directory, 'file'));
  await symlink(join(outside, 'none'), join(directory, 'dangling'));
  const refusal = { code: 'ARTIFACT_PATH_INVALID' };
  await assert.rejects(store.get('out/secret'), refusal);
  await assert.rejects(store.get('file'), refusal);
  await assert.rejects(store.put('out/new/x', 'x'), refusal);
  await assert.rejects(store.put('file', 'x'), refusal);
  await assert.rejects(store.put('dangling', 'x'), refusal);
  assert.deepEqual(await readdir(outside), ['secret']);
  assert.equal(await readFile(join(outside, 'secret'), 'utf8'), 'secret');
  assert.deepEqual(await store.list(''), []);
});

test('a folder and an artifact cannot have the same path', async () => {
  const { store } = await openStore();
  await store.put('a/b', 'x');
  const refusal = { code: 'ARTIFACT_PATH_INVALID' };
  await assert.rejects(store.put('a', 'x'), refusal);
  await assert.rejects(store.put('a/b/c', 'x'), refusal);
  assert.equal(await store.get('a'), undefined);
  assert.equal(await store.get('a/b/c'), undefined);
});

test('only a plain file can move in', async () => {
  const { store } = await openStore();
  const local = await temporaryDirectory();
  await symlink('/etc/hostname', join(local, 'link'));
  await assert.rejects(store.putFile('x', join(local, 'link')), { code: 'ARTIFACT_PATH_INVALID' });
  await assert.rejects(store.putFile('x', local), { code: 'ARTIFACT_PATH_INVALID' });
});

test('the check fails when the directory cannot be made', async () => {
  const directory = await temporaryDirectory();
  await writeFile(join(directory, 'file'), '');
  await assert.rejects(new DirectoryArtifactStore({ directory: join(directory, 'file') }).check());
});

test('what dead writers left is swept, and what is being written is not', async () => {
  const { directory, store } = await openStore();
  await store.put('a', 'kept');
  const left = join(directory, '.temporary', 'put-dead00');
  await mkdir(left);
  await writeFile(join(left, 'body'), 'half');
  const past = new Date(2000, 0, 1);
  await utimes(left, past, past);
  await mkdir(join(directory, '.temporary', 'put-alive0'));
  await store.sweep(new Date(2001, 0, 1));
  assert.deepEqual(await readdir(join(directory, '.temporary')), ['put-alive0']);
  assert.equal((await store.get('a'))?.body.toString(), 'kept');
});
