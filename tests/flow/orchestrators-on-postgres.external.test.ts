import { test } from 'node:test';
import { killOneByOne } from '../harness/orchestrator/kill-one-by-one.ts';
import { DebianPostgres } from '../harness/state/debian-postgres.ts';

test('three orchestrators on a real Postgres are killed one by one while runs go on', async (t) => {
  const cluster = await DebianPostgres.start();
  t.after(() => cluster.stop());
  await killOneByOne(t, await cluster.newDatabase(), { runs: 24, kills: 12 });
});
