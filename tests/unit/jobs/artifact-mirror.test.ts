import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { DirectoryArtifactStore } from '@triad/shared/artifacts/directory-artifact-store.ts';
import { ArtifactMirror } from '@triad/shared/jobs/container/artifact-mirror.ts';
import { temporaryDirectory } from '../../harness/temporary-directory.ts';

const key = { runId: '01h', step: 'score', attempt: 2 };
const prefix = 'runs/01h/score/2';

async function setUp() {
  const home = await temporaryDirectory();
  const artifacts = new DirectoryArtifactStore({ directory: join(home, 'store') });
  const directory = join(home, 'seen');
  const folder = join(directory, prefix);
  await mkdir(join(folder, 'parts'), { recursive: true });
  return { artifacts, directory, folder, mirror: new ArtifactMirror(artifacts, directory) };
}

test('inputs lie where their paths say, each once', async () => {
  const { artifacts, directory, mirror } = await setUp();
  const path = 'runs/01h/orders/1/orders.csv';
  await artifacts.put(path, 'rows');
  const sha256 = hash('sha256', 'rows');
  const input = { name: 'orders', step: 'orders', path, bytes: 4, sha256 };
  await mirror.bring([input, { ...input, name: 'twice' }]);
  assert.equal(await readFile(join(directory, path), 'utf8'), 'rows');
  await assert.rejects(mirror.bring([{ ...input, sha256: 'a'.repeat(64) }]), {
    code: 'MANIFEST_MISMATCH',
  });
});

test('files of the attempt are stored in their folders, the manifest after all others', async () => {
  const { artifacts, folder } = await setUp();
  for (const name of ['manifest.json', 'z.csv', 'parts/a.bin']) {
    await writeFile(join(folder, name), name);
  }
  const order: string[] = [];
  const recording = new Proxy(artifacts, {
    get(target, name: 'put' | 'putFile') {
      return (path: string, ...rest: [never]) => {
        order.push(path.slice(prefix.length + 1));
        return target[name](path, ...rest);
      };
    },
  });
  assert.equal(await new ArtifactMirror(recording, join(folder, '../../../..')).give(key), true);
  assert.deepEqual(order, ['parts/a.bin', 'z.csv', 'manifest.json']);
  assert.equal((await artifacts.get(`${prefix}/z.csv`))?.body.toString(), 'z.csv');
});

test('of a program that left neither manifest nor report, it says so', async () => {
  const { artifacts, folder, mirror } = await setUp();
  assert.equal(await mirror.give(key), false);
  await writeFile(join(folder, 'scores.csv'), 'x');
  assert.equal(await mirror.give(key), false);
  await writeFile(join(folder, 'error.json'), '{}');
  assert.equal(await mirror.give(key), true);
  assert.deepEqual(
    (await artifacts.list(`${prefix}/`)).map(({ path }) => path.slice(prefix.length + 1)),
    ['error.json', 'scores.csv'],
  );
});
