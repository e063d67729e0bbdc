import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import type { ArtifactStore, Precondition } from '@triad/shared/artifacts/artifact-store.ts';
import fc from 'fast-check';
import { temporaryDirectory } from '../harness/temporary-directory.ts';

const sha256 = (body: string) => createHash('sha256').update(body).digest('hex');

/** What every artifact store must do. `open` gives a new, empty store. */
export function artifactStoreConformance(name: string, open: () => Promise<ArtifactStore>): void {
  describe(`${name} is an artifact store`, () => {
    let store: ArtifactStore;
    let local: string;
    before(async () => {
      store = await open();
      local = await temporaryDirectory();
    });

    const text = async (path: string) => (await store.get(path))?.body.toString();
    const localFile = async (fileName: string, body: string) => {
      const file = join(local, fileName);
      await writeFile(file, body);
      return file;
    };

    test('what was put is got back, byte for byte', async () => {
      const body = Uint8Array.from({ length: 256 }, (_, i) => i);
      const put = await store.put('runs/r1/load/1/bytes.bin', body);
      const got = await store.get('runs/r1/load/1/bytes.bin');
      assert.deepEqual(got?.body, Buffer.from(body));
      assert.deepEqual(got?.artifact, put);
      assert.equal(put.bytes, 256);
      assert.deepEqual(await store.stat('runs/r1/load/1/bytes.bin'), put);
    });

    test('nothing is where nothing was put', async () => {
      assert.equal(await store.get('no/such'), undefined);
      assert.equal(await store.stat('no/such'), undefined);
      assert.equal(await store.digest('no/such'), undefined);
      await assert.rejects(store.localFile('no/such'), { code: 'ARTIFACT_MISSING' });
    });

    test('a command id with colons is a valid part of a path', async () => {
      await store.put('commands/01j:load:1/claim.json', 'mine');
      assert.equal(await text('commands/01j:load:1/claim.json'), 'mine');
    });

    test('of many writers that expect nothing there, exactly one wins', async () => {
      const bodies = Array.from({ length: 8 }, (_, i) => `writer ${i}`);
      const writes = await Promise.allSettled(
        bodies.map((body) => store.put('race/absent', body, { absent: true })),
      );
      assertOneWinner(writes);
      const winner = bodies[writes.findIndex((write) => write.status === 'fulfilled')];
      assert.equal(await text('race/absent'), winner);
    });

    test('of many writers that replace the same generation, exactly one wins', async () => {
      let { generation } = await store.put('race/replace', 'first');
      for (let round = 0; round < 3; round += 1) {
        const writes = await Promise.allSettled(
          Array.from({ length: 8 }, (_, i) =>
            store.put('race/replace', `${round} ${i}`, { generation }),
          ),
        );
        const winner = assertOneWinner(writes);
        assert.equal(await text('race/replace'), `${round} ${winner}`);
        generation = (await store.stat('race/replace'))?.generation ?? '';
      }
    });

    test('a generation that was replaced can never be replaced again', async () => {
      const first = await store.put('stale', '1');
      await store.put('stale', '2', { generation: first.generation });
      await store.put('stale', '3');
      await assert.rejects(store.put('stale', 'x', { generation: first.generation }), {
        code: 'ARTIFACT_CONFLICT',
      });
      await assert.rejects(store.put('absent', 'x', { generation: first.generation }), {
        code: 'ARTIFACT_CONFLICT',
      });
      assert.equal(await text('stale'), '3');
    });

    test('concurrent unconditional writers all succeed and one whole body stays', async () => {
      const bodies = Array.from({ length: 6 }, (_, i) => String(i).repeat(50_000));
      await Promise.all(bodies.map((body) => store.put('race/any', body)));
      assert.ok(bodies.includes((await text('race/any')) ?? ''));
    });

    test('a reader during overwrites sees one whole body with its own generation', async () => {
      const bodies = new Map<string, string>();
      const put = async (i: number) => {
        const body = String(i).padStart(20_000, '.');
        bodies.set((await store.put('busy', body)).generation, body);
      };
      await put(0);
      const seen: { generation: string; body: string }[] = [];
      let writing = true;
      const reader = async () => {
        while (writing) {
          const got = await store.get('busy');
          seen.push({ generation: got?.artifact.generation ?? '', body: String(got?.body) });
        }
      };
      const reading = reader();
      for (let i = 1; i <= 20; i += 1) await put(i);
      writing = false;
      await reading;
      assert.ok(seen.length > 0);
      for (const { generation, body } of seen) assert.equal(body, bodies.get(generation));
    });

    test('a finished local file moves in, with its size and hash', async () => {
      const file = await localFile('part.csv', 'a,b\n1,2\n');
      const reference = await store.putFile('runs/r1/load/1/part.csv', file);
      const expected = { path: 'runs/r1/load/1/part.csv', bytes: 8, sha256: sha256('a,b\n1,2\n') };
      assert.deepEqual(reference, expected);
      assert.deepEqual(await store.digest(reference.path), expected);
      assert.equal(await readFile(await store.localFile(reference.path), 'utf8'), 'a,b\n1,2\n');
      await assert.rejects(readFile(file), { code: 'ENOENT' });
    });

    test('a file that moves in replaces what was there', async () => {
      await store.put('model.json', 'old');
      await store.putFile('model.json', await localFile('model.json', 'new'));
      assert.equal(await text('model.json'), 'new');
      assert.equal(await readFile(await store.localFile('model.json'), 'utf8'), 'new');
    });

    test('a local file that does not exist cannot move in', async () => {
      await assert.rejects(store.putFile('x/y', join(local, 'none')));
      assert.equal(await store.stat('x/y'), undefined);
    });

    test('list gives the artifacts under a prefix, sorted, overwritten ones once', async () => {
      for (const path of ['list/b/2', 'list/b/1', 'list/bc', 'list/a']) await store.put(path, 'x');
      await store.put('list/bc', 'yy');
      const paths = async (prefix: string) => (await store.list(prefix)).map(({ path }) => path);
      assert.deepEqual(await paths('list/'), ['list/a', 'list/b/1', 'list/b/2', 'list/bc']);
      assert.deepEqual(await paths('list/b'), ['list/b/1', 'list/b/2', 'list/bc']);
      assert.deepEqual(await paths('list/b/'), ['list/b/1', 'list/b/2']);
      assert.deepEqual(await paths('nothing'), []);
      assert.ok((await paths('')).includes('list/a'));
      assert.equal((await store.list('list/bc'))[0]?.bytes, 2);
    });

    const forbidden = [
      '',
      '/etc/x',
      'a//b',
      'a/',
      '../x',
      'a/../b',
      './a',
      'a/.b',
      'a\0b',
      'a b',
      'é',
    ];
    for (const path of forbidden) {
      test(`the path ${JSON.stringify(path)} is refused everywhere`, async () => {
        const refusal = { code: 'ARTIFACT_PATH_INVALID' };
        const file = await localFile('f', 'x');
        await assert.rejects(store.put(path, 'x'), refusal);
        await assert.rejects(store.putFile(path, file), refusal);
        await assert.rejects(store.get(path), refusal);
        await assert.rejects(store.stat(path), refusal);
        await assert.rejects(store.digest(path), refusal);
        await assert.rejects(store.localFile(path), refusal);
      });
    }

    test('deleting a prefix removes what starts with it, overwritten or not, and nothing else', async () => {
      const left = async () => (await store.list('delete/')).map(({ path }) => path);
      const all = ['delete/a/x/1', 'delete/a/y', 'delete/a:1/z', 'delete/ab', 'delete/b'];
      for (const path of all) await store.put(path, 'x');
      for (const path of all) await store.put(path, 'again');
      await store.deletePrefix('delete/a/');
      assert.deepEqual(await left(), ['delete/a:1/z', 'delete/ab', 'delete/b']);
      assert.equal(await store.get('delete/a/y'), undefined);
      await store.deletePrefix('delete/a:');
      assert.deepEqual(await left(), ['delete/ab', 'delete/b']);
      await store.deletePrefix('delete/a');
      await store.deletePrefix('delete/none/');
      assert.deepEqual(await left(), ['delete/b']);
      await store.put('delete/ab', 'new', { absent: true });
      assert.equal((await store.get('delete/ab'))?.body.toString(), 'new');
    });

    test('a prefix that leaves the store, and the whole store, cannot be deleted', async () => {
      for (const prefix of ['', '/', '../', 'a/../..', '/etc', '.temporary']) {
        await assert.rejects(store.deletePrefix(prefix), { code: 'ARTIFACT_PATH_INVALID' });
      }
      await store.put('temporary', 'x');
      await store.deletePrefix('temp');
      await store.check();
    });

    test('a prefix that leaves the store is refused', async () => {
      await assert.rejects(store.list('../'), { code: 'ARTIFACT_PATH_INVALID' });
      await assert.rejects(store.list('/etc'), { code: 'ARTIFACT_PATH_INVALID' });
    });

    test('any sequence of conditional writes does what a map with generations does', async () => {
      let run = 0;
      const step = fc.record({
        path: fc.constantFrom('p', 'q/r'),
        body: fc.string({ maxLength: 8 }),
        when: fc.constantFrom('always', 'absent', 'current', 'stale'),
      });
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 8 }), async (steps) => {
          run += 1;
          const model = new Map<string, { body: string; generations: string[] }>();
          for (const { path, body, when } of steps) {
            const full = `model/${run}/${path}`;
            const entry = model.get(full);
            const current = entry?.generations.at(-1);
            const stale = entry?.generations.at(-2);
            const precondition: Precondition | undefined =
              when === 'absent'
                ? { absent: true }
                : when === 'current' && current
                  ? { generation: current }
                  : when === 'stale' && stale
                    ? { generation: stale }
                    : undefined;
            const holds =
              !precondition ||
              ('absent' in precondition ? !entry : precondition.generation === current);
            const write = store.put(full, body, precondition);
            if (holds) {
              const { generation } = await write;
              assert.ok(!entry?.generations.includes(generation));
              model.set(full, { body, generations: [...(entry?.generations ?? []), generation] });
            } else {
              await assert.rejects(write, { code: 'ARTIFACT_CONFLICT' });
            }
          }
          for (const [path, { body, generations }] of model) {
            const got = await store.get(path);
            assert.equal(got?.body.toString(), body);
            assert.equal(got?.artifact.generation, generations.at(-1));
          }
        }),
        { numRuns: 40 },
      );
    });

    test('the check answers when the store can be used', async () => {
      await store.check();
    });
  });
}

/** The index of the one write that succeeded; all others must have met the conflict. */
function assertOneWinner(writes: PromiseSettledResult<unknown>[]): number {
  const winners = writes.flatMap((write, i) => (write.status === 'fulfilled' ? [i] : []));
  assert.equal(winners.length, 1);
  for (const write of writes) {
    if (write.status === 'rejected') assert.equal(write.reason.code, 'ARTIFACT_CONFLICT');
  }
  return winners[0] ?? -1;
}
