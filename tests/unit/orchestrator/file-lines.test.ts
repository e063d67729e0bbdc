import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileLines } from '../../../orchestrator/file-lines.ts';
import { temporaryDirectory } from '../../harness/temporary-directory.ts';

test('who begins to read late gets every line', async () => {
  const path = join(await temporaryDirectory(), 'lines.txt');
  await writeFile(path, 'one\ntwo\r\n\nfour');
  const lines = fileLines(path);
  // As long as a reader would need that had started by itself.
  for (let round = 0; round < 20; round += 1) await readFile(path);
  assert.deepEqual(await Array.fromAsync(lines), ['one', 'two', '', 'four']);
});

test('a file that is not there is an error of the one who reads', async () => {
  const path = join(await temporaryDirectory(), 'missing.txt');
  await assert.rejects(Array.fromAsync(fileLines(path)), { code: 'ENOENT' });
});
