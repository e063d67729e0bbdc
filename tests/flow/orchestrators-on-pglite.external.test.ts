import { after, test } from 'node:test';
import { killOneByOne } from '../harness/orchestrator/kill-one-by-one.ts';
import { PgliteServer } from '../harness/state/pglite-server.ts';

test('three orchestrators on one Postgres are killed one by one while runs go on', async (t) => {
  const server = await PgliteServer.start();
  after(() => server.stop());
  await killOneByOne(t, server.url, { runs: 3, kills: 3 });
});
