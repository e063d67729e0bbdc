import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { test } from 'node:test';
import { CachedFiles, FileSink } from '@triad/shared/artifacts/cached-files.ts';
import { FakeClock } from '../../harness/fake-clock.ts';
import { temporaryDirectory } from '../../harness/temporary-directory.ts';

const setUp = async () => {
  const directory = await temporaryDirectory();
  const clock = new FakeClock();
  const cache = new CachedFiles(directory, clock);
  const add = async (url: string, generation: string, body: string) => {
    const file = cache.fileFor(url, generation);
    await cache.add(file, async (temporary) => {
      await writeFile(temporary, body);
      return true;
    });
    return file;
  };
  return { directory, clock, cache, add };
};

test('each generation of each artifact has a file of its own, under the name of the artifact', async () => {
  const { cache } = await setUp();
  const files = ['gs://b/a/x.csv', 'gs://b/a', 'gs://c/a/x.csv'].flatMap((url) =>
    ['1', '2'].map((generation) => cache.fileFor(url, generation)),
  );
  assert.equal(new Set(files.map(dirname)).size, 6);
  assert.deepEqual(
    files.map((file) => basename(file)),
    ['x.csv', 'x.csv', 'a', 'a', 'x.csv', 'x.csv'],
  );
  assert.equal(cache.fileFor('gs://b/a/x.csv', '1'), files[0]);
});

test('a file is there whole or not at all', async () => {
  const { directory, cache, add } = await setUp();
  const file = cache.fileFor('gs://b/x', '1');
  const half = (temporary: string) => writeFile(temporary, 'ha');
  assert.equal(await cache.has(file, 2), false);
  const failing = cache.add(file, async (temporary) => {
    await half(temporary);
    throw new Error('lost');
  });
  await assert.rejects(failing, /lost/);
  const declined = await cache.add(file, async (temporary) => {
    await half(temporary);
    return false;
  });
  assert.equal(declined, false);
  assert.equal(await cache.has(file, 2), false);
  assert.deepEqual(await readdir(join(directory, '.temporary')), []);
  await Promise.all(['whole', 'whole'].map((body) => add('gs://b/x', '1', body)));
  assert.equal(await cache.has(file, 5), true);
  assert.equal(await cache.has(file, 4), false);
  assert.equal(await readFile(file, 'utf8'), 'whole');
});

test('what was not used for long is swept, with what dead writers left', async () => {
  const { directory, clock, cache, add } = await setUp();
  const used = await add('gs://b/used', '1', 'used');
  const unused = await add('gs://b/unused', '1', 'unused');
  await writeFile(join(directory, '.temporary', 'dead'), 'half');
  await mkdir(join(directory, '.temporary'), { recursive: true });
  const past = new Date('2023-01-01');
  for (const path of [dirname(used), dirname(unused), join(directory, '.temporary', 'dead')]) {
    await utimes(path, past, past);
  }
  assert.equal(await cache.has(used, 4), true);
  await cache.sweep(new Date(clock.now().getTime() - 1000));
  assert.equal(await cache.has(used, 4), true);
  assert.equal(await cache.has(unused, 6), false);
  assert.deepEqual(await readdir(join(directory, '.temporary')), []);
  await new CachedFiles(join(directory, 'none'), clock).sweep(clock.now());
});

test('a file takes its bytes in order', async () => {
  const file = join(await temporaryDirectory(), 'f');
  const sink = await FileSink.open(file);
  for (const part of ['a', 'bc', '', 'd']) await sink.write(Buffer.from(part));
  await sink.close();
  assert.equal(await readFile(file, 'utf8'), 'abcd');
});
