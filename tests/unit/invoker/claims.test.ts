import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DirectoryArtifactStore } from '@triad/shared/artifacts/directory-artifact-store.ts';
import { Claims } from '../../../invoker/claim-command.ts';
import { FakeClock } from '../../harness/fake-clock.ts';
import { temporaryDirectory } from '../../harness/temporary-directory.ts';

async function setUp() {
  const clock = new FakeClock();
  const artifacts = new DirectoryArtifactStore({ directory: await temporaryDirectory() });
  const invokers = Array.from(
    { length: 6 },
    (_, i) => new Claims({ artifacts, clock, invoker: `invoker-${i}` }),
  );
  const [one, other] = invokers as [Claims, Claims];
  const takeAll = async () => {
    const claims = await Promise.all(invokers.map((claims) => claims.take('r:step:1')));
    return claims.filter((claim) => claim !== undefined);
  };
  return { clock, one, other, takeAll };
}

test('of many invokers that claim a command at a time, one holds it', async () => {
  const { takeAll } = await setUp();
  assert.equal((await takeAll()).length, 1);
  assert.equal((await takeAll()).length, 0);
});

test('of many invokers that take over an expired claim at a time, one holds it', async () => {
  const { clock, takeAll } = await setUp();
  await takeAll();
  for (let round = 0; round < 5; round += 1) {
    await clock.advance(15_000);
    assert.equal((await takeAll()).length, 1);
  }
});

test('a claim that was released can be taken at once', async () => {
  const { one, other } = await setUp();
  const claim = await one.take('r:step:1');
  await claim?.release();
  assert.ok(await other.take('r:step:1'));
});

test('to release a claim that was taken over leaves its new holder alone', async () => {
  const { clock, one, other } = await setUp();
  const late = await one.take('r:step:1');
  await clock.advance(15_000);
  assert.ok(await other.take('r:step:1'));
  await late?.release();
  assert.equal(await one.take('r:step:1'), undefined);
});

test('commands are claimed one by one', async () => {
  const { one } = await setUp();
  assert.ok(await one.take('r:step:1'));
  assert.ok(await one.take('r:step:2'));
  assert.equal(await one.exists('r:step:2'), true);
  assert.equal(await one.exists('r:step:3'), false);
});
