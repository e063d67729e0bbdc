import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EmbeddedSystem } from '../harness/embedded-system.ts';
import { killOneByOne } from '../harness/orchestrator/kill-one-by-one.ts';
import { DebianPostgres } from '../harness/state/debian-postgres.ts';
import { until } from '../harness/until.ts';

test('three orchestrators on a real Postgres are killed one by one while runs go on', async (t) => {
  const cluster = await DebianPostgres.start();
  t.after(() => cluster.stop());
  await killOneByOne(t, await cluster.newDatabase(), { runs: 24, kills: 12 });
});

test('a database that crashes in the middle of a run costs time and nothing else', async (t) => {
  const cluster = await DebianPostgres.start();
  t.after(() => cluster.stop());
  const system = await EmbeddedSystem.start({
    TRIAD_DATABASE_URL: await cluster.newDatabase(),
    TRIAD_RESEND_SECONDS: '0.5',
  });
  t.after(() => system.stop());
  const { runId } = await system.run('chain', { hold: 'second' });
  await system.runWhen(runId, 'the second step', ({ steps }) => steps[1]?.state === 'dispatched');
  cluster.crash();
  system.letGo(runId);
  const run = await until('the run to finish', async () => {
    const found = await system.show(runId);
    return found.finishedAt === null ? undefined : found;
  });
  assert.equal(run.state, 'succeeded');
  assert.deepEqual(
    run.steps.map(({ attempts }) => attempts),
    [1, 1, 1],
  );
});
