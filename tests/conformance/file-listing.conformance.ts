import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import type { FilesWatch } from '@triad/shared/contracts/sensor.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import type { FileListing } from '../../orchestrator/sensors/file-listing.ts';
import { FilesProbe } from '../../orchestrator/sensors/files-probe.ts';

/** An empty place for files, and the listing that sees it. */
export interface ListingWorld {
  listing: FileListing;
  /** Of a path within the place; `` for the place itself. */
  location(path: string): string;
  put(path: string, content: string): Promise<void>;
  remove(path: string): Promise<void>;
  /** A location that cannot be listed. */
  unreadable: string;
}

/** What every `FileListing` must do, seen through the probe that uses it. */
export function fileListingConformance(name: string, open: () => Promise<ListingWorld>): void {
  describe(`file listing: ${name}`, () => {
    let world: ListingWorld;
    beforeEach(async () => {
      world = await open();
    });
    const look = async (location: string, value: FilesWatch['value'] = 'files_metadata') => {
      const { listing } = world;
      const probe = new FilesProbe({ 'file:': listing, 'gs:': listing, 's3:': listing });
      const { signal } = new AbortController();
      const at = { pipeline: 'p', sensor: 's', number: 1, signal };
      return (await probe.look({ kind: 'files', location, value }, at)).value;
    };
    const list = async (path: string) => {
      const found: [string, number][] = [];
      const { signal } = new AbortController();
      for await (const { name: file, bytes } of world.listing.list(
        new URL(world.location(path)),
        signal,
      )) {
        found.push([file, bytes]);
      }
      return found.sort();
    };

    test('files are listed by their names below the location, with their sizes', async () => {
      await world.put('in/a.csv', 'one');
      await world.put('in/2024/b.csv', 'four');
      await world.put('in/with space+ü.csv', '');
      assert.deepEqual(await list('in'), [
        ['2024/b.csv', 4],
        ['a.csv', 3],
        ['with space+ü.csv', 0],
      ]);
      assert.deepEqual(await list('in/2024'), [['b.csv', 4]]);
    });

    test('a location that is a file is that file alone', async () => {
      await world.put('in/a.csv', 'one');
      await world.put('in/a.csv.tmp', 'other');
      assert.deepEqual(await list('in/a.csv'), [['a.csv', 3]]);
    });

    test('what only begins like the location is not below it', async () => {
      await world.put('in/a.csv', 'one');
      await world.put('incoming/b.csv', 'two');
      assert.deepEqual(await list('in'), [['a.csv', 3]]);
    });

    test('each change of names, sizes or times changes the metadata', async () => {
      const seen = new Set<unknown>();
      const isNew = async () => {
        const value = await look(world.location('in'));
        assert.equal(await look(world.location('in')), value);
        const { size } = seen;
        return seen.add(value).size > size;
      };
      await world.put('in/a.csv', 'one');
      assert.ok(await isNew());
      await world.put('in/b.csv', 'two');
      assert.ok(await isNew());
      await world.put('in/b.csv', 'longer');
      assert.ok(await isNew());
      await world.remove('in/a.csv');
      assert.ok(await isNew());
    });

    test('the size is the sum of all, the time that of the newest', async () => {
      const before = Date.now() - 2_000;
      await world.put('in/a.csv', 'one');
      await world.put('in/b.csv', 'four');
      assert.equal(await look(world.location('in'), 'file_size'), 7);
      const newest = Date.parse(String(await look(world.location('in'), 'file_modified_ts')));
      assert.ok(newest >= before && newest <= Date.now() + 2_000, String(newest));
    });

    test('nothing there has no value, whichever is wanted', async () => {
      await world.put('in/a.csv', 'one');
      await world.remove('in/a.csv');
      for (const value of ['files_metadata', 'file_modified_ts', 'file_size'] as const) {
        assert.equal(await look(world.location('in'), value), null);
        assert.equal(await look(world.location('never'), value), null);
      }
    });

    test('more files than one page of an answer holds are all seen', async () => {
      const names = Array.from({ length: 1100 }, (_, index) => `in/${index}.csv`);
      for (let from = 0; from < names.length; from += 50) {
        await Promise.all(names.slice(from, from + 50).map((file) => world.put(file, 'x')));
      }
      assert.equal(await look(world.location('in'), 'file_size'), 1100);
    });

    test('a location that cannot be listed is a coded error', async () => {
      await assert.rejects(look(world.unreadable), (error) => {
        assert.ok(error instanceof TriadError);
        assert.equal(error.code, 'SENSOR_UNREADABLE');
        assert.ok(error.message.includes(world.unreadable));
        return true;
      });
    });
  });
}
