import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { EmbeddedSystem } from '../embedded-system.ts';
import { until } from '../until.ts';

/**
 * Three real orchestrators on the Postgres at `url` and one invoker. While runs go on, one
 * orchestrator after another is killed and started again: all runs succeed, each step once.
 */
export async function killOneByOne(
  t: TestContext,
  url: string,
  { runs, kills }: { runs: number; kills: number },
): Promise<void> {
  const common = {
    TRIAD_DATABASE_URL: url,
    TRIAD_RESEND_SECONDS: '0.5',
    TRIAD_MAX_ACTIVE_RUNS: '3',
  };
  const first = await EmbeddedSystem.create(common);
  const shared = { ...common, TRIAD_HOME: first.home, TRIAD_INVOKER_URL: first.invokerUrl };
  const orchestrators = [
    first,
    await EmbeddedSystem.create(shared),
    await EmbeddedSystem.create(shared),
  ];
  t.after(() => Promise.all(orchestrators.map((each) => each.stop())));
  await Promise.all([
    ...orchestrators.map((each) => each.startService('orchestrator')),
    first.startService('invoker'),
  ]);
  const at = (index: number): EmbeddedSystem => orchestrators[index % 3] ?? first;

  const started: string[] = [];
  for (let index = 0; index < runs; index += 1) {
    started.push((await at(index).run('chain')).runId);
  }
  const effects = () => readFileSync(join(first.home, 'effects'), 'utf8').trim().split('\n');
  for (let kill = 0; kill < kills; kill += 1) {
    await at(kill).kill('orchestrator');
    // The others go on: more happens while this one is away.
    await until(`work after kill ${kill}`, async () => effects().length > kill || undefined);
    await at(kill).startService('orchestrator');
  }
  for (const [index, runId] of started.entries()) {
    const run = await at(index + 1).finished(runId);
    assert.equal(run.state, 'succeeded', JSON.stringify(run.error));
  }
  assert.deepEqual(
    effects().toSorted(),
    started.flatMap((id) => ['first', 'second', 'third'].map((step) => `${id}:${step}`)).toSorted(),
  );
}
