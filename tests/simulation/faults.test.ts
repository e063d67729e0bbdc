import assert from 'node:assert/strict';
import { test } from 'node:test';
import { warehouseJob } from '@triad/shared/contracts/step-kind.ts';
import fc from 'fast-check';
import { anyPipeline } from '../harness/orchestrator/any-pipeline.ts';
import { SimulatedSystem } from '../harness/simulation/simulated-system.ts';

/** A pipeline whose steps are tried until they succeed, and quickly. */
const anyPatientPipeline = anyPipeline(5).map((pipeline) => ({
  ...pipeline,
  steps: pipeline.steps.map((step) => ({
    ...step,
    retry: { maxAttempts: 100, initialDelaySeconds: 3, maxDelaySeconds: 5, rules: [] },
  })),
}));

const anyWorld = fc.record({
  seed: fc.integer(),
  pipeline: anyPatientPipeline,
  runs: fc.integer({ min: 1, max: 3 }),
  lostMessages: fc.constantFrom(0, 0.1, 0.3),
  deathsPerSecond: fc.constantFrom(0, 0.05, 0.2),
  failingJobs: fc.constantFrom(0, 0.3),
  cancelled: fc.boolean(),
});

test('whatever is lost, comes twice or dies: every run ends, each step succeeds once', async () => {
  await fc.assert(
    fc.asyncProperty(anyWorld, async (world) => {
      const system = await SimulatedSystem.create(world.seed, [world.pipeline]);
      const cancelled = new Set<string>();
      system.jobs.onStart = () => {
        const steps = system.runningSteps;
        assert.equal(new Set(steps).size, steps.length, 'two jobs of one step at a time');
        const holders = [...system.jobs.running.values()].filter(
          ({ job, runId }) => job === warehouseJob && !cancelled.has(runId),
        );
        assert.ok(holders.length <= 1, 'two jobs hold the warehouse');
      };
      system.network.faults = world.lostMessages;
      system.jobs.faults = world.failingJobs;

      for (let i = 0; i < world.runs; i += 1) {
        const body = { pipeline: 'test', runDate: '2024-01-31', params: {}, seed: 0 };
        await system.ask('/v1/runs', {}, body);
      }
      const runIds = (await system.state.listRuns({ limit: 10 })).map(({ runId }) => runId);
      assert.equal(runIds.length, world.runs);
      await system.live(10, world.deathsPerSecond);
      const [first] = await system.state.activeRuns();
      if (world.cancelled && first) {
        cancelled.add(first);
        await system.ask('/v1/runs/{runId}:cancel', { runId: first });
      }
      await system.live(50, world.deathsPerSecond);
      await system.calmDown(3600, async () => (await system.state.activeRuns()).length === 0);

      assert.deepEqual(await system.state.activeRuns(), []);
      assert.deepEqual(await system.state.inFlight(), []);
      for (const row of await system.state.listRuns({ limit: 10 })) {
        const { runId, state } = row;
        if (!cancelled.has(runId)) assert.equal(state, 'succeeded', JSON.stringify(row.error));
        const events = (await system.state.getRun(runId))?.events ?? [];
        const succeeded = events.flatMap(({ event }) =>
          event.type === 'step_succeeded' ? [event.step] : [],
        );
        assert.equal(new Set(succeeded).size, succeeded.length);
        if (state === 'succeeded') assert.equal(succeeded.length, world.pipeline.steps.length);
      }
      await system.clock.advance(60_000);
      assert.deepEqual(await system.state.unpublished(1), []);
    }),
    { numRuns: 25 },
  );
});
