import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { makeDirectory } from '@triad/shared/state/make-directory.ts';
import { toHomeError, toStateError } from '@triad/shared/state/state-error.ts';
import { temporaryDirectory } from '../../harness/temporary-directory.ts';

describe('the directory of a home', () => {
  test('it is made with those above it; one that exists stays as it is', async () => {
    const directory = join(await temporaryDirectory(), 'a', 'b');
    makeDirectory(directory);
    makeDirectory(directory);
    assert.ok(existsSync(directory));
  });

  test('a place below a file is HOME_UNUSABLE, named with its reason', async () => {
    const file = join(await temporaryDirectory(), 'file');
    await writeFile(file, '');
    for (const home of [file, join(file, 'home'), join(file, 'a', 'home')]) {
      assert.throws(
        () => makeDirectory(home),
        (error: Error & { code: string }) =>
          error.code === 'HOME_UNUSABLE' &&
          error.message.startsWith(`The directory ${home} cannot be used: E`),
      );
    }
  });

  test('a directory that can hold none is HOME_UNUSABLE at once', () => {
    for (const home of ['/proc/nope', '/proc/nope/home']) {
      assert.throws(() => makeDirectory(home), { code: 'HOME_UNUSABLE' });
    }
  });
});

describe('failures of the state and of its directory', () => {
  const sqliteError = (errcode: number) => Object.assign(new Error('said SQLite'), { errcode });

  test('a full disk is DISK_FULL, whoever notices it', () => {
    for (const errcode of [13, 4874]) {
      const error = toStateError(sqliteError(errcode), '/data/state.db');
      assert.equal(Object(error).code, 'DISK_FULL', String(errcode));
    }
    const enospc = Object.assign(new Error('full'), { code: 'ENOSPC' });
    assert.equal(Object(toHomeError(enospc, '/data')).code, 'DISK_FULL');
  });

  test('a file that cannot be opened or written is HOME_UNUSABLE and names the directory', () => {
    for (const errcode of [3, 8, 14, 1544]) {
      const { code, message } = Object(toStateError(sqliteError(errcode), '/data/state.db'));
      assert.equal(code, 'HOME_UNUSABLE', String(errcode));
      assert.equal(message, 'The directory /data cannot be used: said SQLite');
    }
  });

  test('any other failure stays what it is', () => {
    const error = new Error('bug');
    assert.equal(toStateError(error, '/data/state.db'), error);
    assert.equal(toHomeError(error, '/data'), error);
  });
});
