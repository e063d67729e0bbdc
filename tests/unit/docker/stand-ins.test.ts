import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startServer } from '../../../docker/check/stand-ins.ts';

test('a stand-in that cannot be started says so to who starts it', async () => {
  await assert.rejects(startServer('/nowhere/pstest', []), { code: 'ENOENT' });
  const server = await startServer('sleep', ['60']);
  server.kill('SIGKILL');
  assert.deepEqual(await server.ended, [null, 'SIGKILL']);
});
