import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { after, test } from 'node:test';
import { describeHolder, lockHome } from '@triad/shared/state/home-lock.ts';
import { temporaryDirectory } from '../../harness/temporary-directory.ts';

const holder = resolve(import.meta.dirname, '../../harness/state/hold-home.ts');
const children: ChildProcess[] = [];
after(() => {
  for (const child of children) child.kill('SIGKILL');
});

async function holdInOtherProcess(home: string): Promise<ChildProcess> {
  const child = fork(holder, [home]);
  children.push(child);
  await once(child, 'message');
  return child;
}

const lock = (home: string, owner = '') => lockHome(home, join(home, 'home.lock'), () => owner);

test('a home that another process holds is HOME_IN_USE and names the holder', async () => {
  const home = await temporaryDirectory();
  const other = await holdInOtherProcess(home);
  assert.throws(() => lock(home, ` (process ${other.pid})`), {
    code: 'HOME_IN_USE',
    message: `Another Triad already runs on ${home} (process ${other.pid}).`,
  });
});

test('a holder that is killed leaves no stale lock', async () => {
  const home = await temporaryDirectory();
  const other = await holdInOtherProcess(home);
  other.kill('SIGKILL');
  await once(other, 'exit');
  lock(home)();
});

test('a lock is exclusive within one process too, until it is released', async () => {
  const home = await temporaryDirectory();
  const unlock = lock(home);
  assert.throws(() => lock(home), { code: 'HOME_IN_USE' });
  unlock();
  lock(home)();
});

test('a home that does not exist yet is made', async () => {
  lock(join(await temporaryDirectory(), 'new', 'home'))();
});

test('the holder is described as far as it is known', async () => {
  const file = join(await temporaryDirectory(), 'system.json');
  assert.equal(describeHolder(file), '');
  await writeFile(file, '{"pid":4711}');
  assert.equal(describeHolder(file), ' (process 4711)');
  for (const text of ['{"pid":"x"}', 'null', '{']) {
    await writeFile(file, text);
    assert.equal(describeHolder(file), '');
  }
});
