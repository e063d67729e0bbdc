import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, test } from 'node:test';
import { runEvent } from '@triad/shared/contracts/run-event.ts';
import { runPlan } from '@triad/shared/contracts/run-plan.ts';
import { openSqlite } from '@triad/shared/state/sqlite-database.ts';
import { decide } from '../../orchestrator/run/decide.ts';
import { foldEvents } from '../../orchestrator/run/run-status.ts';
import { temporaryDirectory } from '../harness/temporary-directory.ts';
import { foldedAs, type History } from './histories/history.ts';
import { kyselyStores } from './world/kysely-stores.ts';
import { quietScenario } from './world/scenario.ts';
import { World } from './world/world.ts';

const folder = join(import.meta.dirname, 'histories');
const read = (file: string) => readFileSync(join(folder, file), 'utf8');

for (const file of globSync('*.json', { cwd: folder }).sort()) {
  describe(`runs that ${file.replace('.json', '')} recorded`, () => {
    const { runs } = JSON.parse(read(file)) as History;

    test('there are many, and all ends are among them', () => {
      assert.ok(runs.length >= 12, String(runs.length));
      const states = new Set(runs.map(({ folded }) => folded.state));
      assert.deepEqual([...states].sort(), ['cancelled', 'failed', 'succeeded']);
    });

    for (const { plan, events, folded } of runs) {
      const { runId } = runPlan.parse(plan);
      test(`run ${runId} stands where it stood then`, () => {
        const parsed = runPlan.parse(plan);
        const recorded = events.map(({ seq, at, event }) => {
          return { seq, at: new Date(at), event: runEvent.parse(event) };
        });
        const status = foldEvents(parsed, recorded);
        assert.deepEqual(foldedAs(status), folded);
        assert.deepEqual(decide(parsed, status, new Date('2030-01-01')), []);
      });
    }
  });
}

test('a state file of 0.1 with runs in flight is opened by this build, which finishes them', async () => {
  const path = join(await temporaryDirectory(), 'state.db');
  const file = new DatabaseSync(path);
  file.exec(read('0.1.0-in-flight.sql'));
  file.close();
  const db = await openSqlite(path);
  const stores = kyselyStores(db);
  const before = await stores.state.listRuns({ limit: 10 });
  assert.deepEqual(
    before.map(({ state }) => state),
    ['running', 'running', 'cancelling', 'running'],
  );
  const beginsAt = Date.parse('2024-01-01T00:01:00.000Z');
  const report = await new World(quietScenario(1, beginsAt), stores).live();
  assert.deepEqual(report.violations, []);
  const after = await stores.state.listRuns({ limit: 10 });
  // All are of one run date: one that publishes after a newer run has failed as overtaken.
  const endOf = ({ state, error }: (typeof after)[number]) =>
    error?.code === 'STALE_ATTEMPT' ? 'succeeded' : state;
  assert.deepEqual(
    after.map((row) => [row.runId, endOf(row)]),
    before.map(({ runId, state }) => [runId, state === 'cancelling' ? 'cancelled' : 'succeeded']),
  );
  assert.equal(after[0]?.state, 'succeeded', 'the newest is overtaken by none');
  assert.deepEqual(await stores.state.inFlight(), []);
  await db.destroy();
});
