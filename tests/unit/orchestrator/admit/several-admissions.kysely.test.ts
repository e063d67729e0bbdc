import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KyselyStateStore } from '@triad/shared/state/kysely-state-store.ts';
import fc from 'fast-check';
import { Admission } from '../../../../orchestrator/admit/admission.ts';
import { RunEngine } from '../../../../orchestrator/run/run-engine.ts';
import { FakeClock } from '../../../harness/fake-clock.ts';
import { recordingLogger } from '../../../harness/recording-logger.ts';
import { pipelineOf, planOf } from '../../../harness/run-fixtures.ts';
import { sequentialIds } from '../../../harness/sequential-ids.ts';
import { databases } from '../../../harness/state/databases.ts';

for (const { name, open } of databases) {
  test(`several orchestrators together admit as many runs as are allowed: ${name}`, async () => {
    const { db, reopen } = await open();
    const others = name === 'sqlite' ? [db, db] : [await reopen(), await reopen()];
    const clock = new FakeClock();
    const ids = sequentialIds();
    const { log } = recordingLogger();
    let serial = 0;
    const limits = fc.record({
      runs: fc.integer({ min: 1, max: 8 }),
      all: fc.integer({ min: 1, max: 5 }),
      own: fc.integer({ min: 1, max: 5 }),
    });
    await fc.assert(
      fc.asyncProperty(limits, async ({ runs, all, own }) => {
        serial += 1;
        const pipeline = pipelineOf(['only'], { name: `p${serial}`, maxActiveRuns: own });
        const state = new KyselyStateStore(db);
        for (let i = 0; i < runs; i += 1) {
          await state.createRun(planOf(`r${serial}-${i}`, { pipeline, queued: true }));
        }
        const before = (await state.activeRuns()).length;
        await Promise.all(
          [db, ...others].map((handle) => {
            const store = new KyselyStateStore(handle);
            const findReusable = async () => undefined;
            const options = { state: store, clock, ids, log, findReusable };
            const unrelayed = { outboxTakenMs: 0, publish: () => {} };
            const engine = new RunEngine({ ...options, ...unrelayed, poolSizes: new Map() });
            return new Admission({ state: store, engine, maxActiveRuns: before + all }).admit();
          }),
        );
        const active = (await state.activeRuns()).filter((id) => id.startsWith(`r${serial}-`));
        assert.equal(active.length, Math.min(runs, all, own));
        for (const runId of await state.activeRuns()) {
          await db
            .updateTable('runs')
            .set({ state: 'failed' })
            .where('run_id', '=', runId)
            .execute();
        }
        await db
          .updateTable('runs')
          .set({ state: 'cancelled' })
          .where('state', '=', 'queued')
          .execute();
      }),
      { numRuns: 12 },
    );
  });
}
