import assert from 'node:assert/strict';
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { LocalFileListing } from '../../orchestrator/sensors/local-file-listing.ts';
import { temporaryDirectory } from '../harness/temporary-directory.ts';
import { fileListingConformance } from './file-listing.conformance.ts';

fileListingConformance('local', async () => {
  const directory = await temporaryDirectory();
  // A link to itself can be resolved by nobody.
  await symlink('loop', join(directory, 'loop'));
  return {
    listing: new LocalFileListing(),
    location: (path) => pathToFileURL(join(directory, path)).href,
    async put(path, content) {
      await mkdir(dirname(join(directory, path)), { recursive: true });
      await writeFile(join(directory, path), content);
    },
    remove: (path) => rm(join(directory, path)),
    unreadable: pathToFileURL(join(directory, 'loop')).href,
  };
});

test('links to files count, links to directories are not followed', async () => {
  const directory = await temporaryDirectory();
  await mkdir(join(directory, 'in'));
  await writeFile(join(directory, 'a.csv'), 'one');
  await symlink('../a.csv', join(directory, 'in/a.csv'));
  await symlink('..', join(directory, 'in/up'));
  const found: string[] = [];
  const location = pathToFileURL(join(directory, 'in'));
  for await (const { name } of new LocalFileListing().list(
    location,
    new AbortController().signal,
  )) {
    found.push(name);
  }
  assert.deepEqual(found, ['a.csv']);
});
