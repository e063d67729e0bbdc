import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { anyPipeline, reversed } from '../../../harness/orchestrator/any-pipeline.ts';
import { type EndName, ends, SimulatedRuns } from '../../../harness/orchestrator/simulated-runs.ts';
import { planOf } from '../../../harness/run-fixtures.ts';

/** What a test does next: `which` picks the attempt or run. */
const anyAct = fc.record({
  act: fc.constantFrom('end', 'end', 'end', 'end', 'wait', 'stale end', 'cancel', 'retry' as const),
  which: fc.nat(99),
  how: fc.constantFrom<EndName>('succeeded', 'succeeded', 'retryable', 'fatal', 'cancelled'),
});
type Act = typeof anyAct extends fc.Arbitrary<infer A> ? A : never;

const pickFrom = <T>(choices: Iterable<T>, which: number): T | undefined => {
  const all = [...choices];
  return all[which % all.length];
};

function perform(runs: SimulatedRuns, { act, which, how }: Act): void {
  const runId = pickFrom(runs.runs.keys(), which) ?? '';
  const { state, finishedAt } = runs.status(runId);
  switch (act) {
    case 'end': {
      const attempt = pickFrom(runs.inFlight.values(), which);
      if (attempt) runs.end(attempt, ends[how]);
      return;
    }
    case 'stale end': {
      const past = [...runs.status(runId).steps].flatMap(([step, { attempts }]) =>
        attempts.filter((a) => a.state !== 'dispatched').map(({ attempt }) => ({ step, attempt })),
      );
      const attempt = pickFrom(past, which);
      if (attempt) assert.equal(runs.end({ runId, ...attempt }, ends[how]), undefined);
      return;
    }
    case 'wait':
      runs.now = new Date(runs.now.getTime() + 7_000);
      runs.advanceAll();
      return;
    case 'cancel':
      if (!finishedAt) runs.react(runId, () => [{ type: 'cancel_requested' }]);
      return;
    case 'retry':
      if (state === 'failed' || state === 'cancelled') {
        runs.react(runId, () => [{ type: 'retry_requested' }]);
      }
  }
}

/** Ends every attempt, letting time pass, until no run is left; fails when that never happens. */
function finishAll(runs: SimulatedRuns, how: EndName[]): void {
  for (let round = 0; runs.unfinished.length > 0; round += 1) {
    assert.ok(round < 200, `${runs.unfinished.join(', ')} do not finish`);
    const [attempt] = runs.inFlight.values();
    if (attempt) runs.end(attempt, ends[how[round % how.length] ?? 'succeeded']);
    runs.now = new Date(runs.now.getTime() + 60_000);
    runs.advanceAll();
  }
}

const anyRuns = fc
  .array(anyPipeline(), { minLength: 1, maxLength: 3 })
  .map((pipelines) => pipelines.map((pipeline, i) => planOf(`r${i}`, { pipeline })));

test('whatever happens, every run finishes once its attempts end', () => {
  fc.assert(
    fc.property(
      anyRuns,
      fc.array(anyAct, { maxLength: 40 }),
      fc.array(
        anyAct.map(({ how }) => how),
        { minLength: 1, maxLength: 9 },
      ),
      (plans, acts, how) => {
        const runs = new SimulatedRuns(plans);
        for (const act of acts) perform(runs, act);
        finishAll(runs, how);
        assert.equal(runs.inFlight.size, 0);
        for (const runId of runs.runs.keys()) {
          const { state, steps } = runs.status(runId);
          const states = [...steps.values()].map((step) => step.state);
          if (state === 'succeeded') assert.ok(states.every((s) => s === 'succeeded'));
          if (state === 'failed') assert.ok(states.includes('failed'));
          assert.ok(!states.includes('waiting') && !states.includes('dispatched'));
        }
      },
    ),
    { numRuns: 150 },
  );
});

test('a run whose attempts all succeed succeeds, in whatever order its steps are written', () => {
  fc.assert(
    fc.property(anyPipeline(), (pipeline) => {
      for (const variant of [pipeline, reversed(pipeline)]) {
        const runs = new SimulatedRuns([planOf('r0', { pipeline: variant })]);
        finishAll(runs, ['succeeded']);
        assert.equal(runs.status('r0').state, 'succeeded');
        for (const { attempts } of runs.status('r0').steps.values()) {
          assert.equal(attempts.length, 1);
        }
      }
    }),
    { numRuns: 100 },
  );
});

test('a cancelled run starts nothing more and ends cancelled when its attempts have ended', () => {
  fc.assert(
    fc.property(anyPipeline(), fc.array(anyAct, { maxLength: 10 }), (pipeline, acts) => {
      const runs = new SimulatedRuns([planOf('r0', { pipeline })]);
      for (const act of acts) if (act.act === 'end') perform(runs, act);
      if (runs.status('r0').finishedAt) return;
      const inFlight = [...runs.inFlight.keys()];
      const change = runs.react('r0', () => [{ type: 'cancel_requested' }]);
      assert.deepEqual(
        change?.outbox.map(({ event }) => `${event.type} ${event.subject}`).toSorted(),
        inFlight.map((commandId) => `dev.triad.cancellation ${commandId}`).toSorted(),
      );
      for (const attempt of [...runs.inFlight.values()]) {
        assert.deepEqual(runs.end(attempt, ends.cancelled)?.dispatched, []);
      }
      assert.equal(runs.status('r0').state, 'cancelled');
    }),
    { numRuns: 100 },
  );
});

test('a retry runs only what did not succeed, with a fresh budget and growing attempt numbers', () => {
  fc.assert(
    fc.property(anyPipeline(), fc.array(anyAct, { maxLength: 12 }), (pipeline, acts) => {
      const runs = new SimulatedRuns([planOf('r0', { pipeline })]);
      for (const act of acts) if (act.act === 'end') perform(runs, act);
      finishAll(runs, ['retryable']);
      const { state, steps: before } = runs.status('r0');
      if (state !== 'failed') return;
      runs.react('r0', () => [{ type: 'retry_requested' }]);
      finishAll(runs, ['retryable']);
      for (const step of pipeline.steps) {
        const old = before.get(step.name)?.attempts.length ?? 0;
        const now = runs.status('r0').steps.get(step.name);
        assert.ok(now);
        assert.deepEqual(
          now.attempts.map(({ attempt }) => attempt),
          [...now.attempts.keys()].map((i) => i + 1),
        );
        const made = now.attempts.length - old;
        if (before.get(step.name)?.state === 'succeeded') assert.equal(made, 0);
        else assert.equal(made, now.state === 'skipped' ? 0 : step.retry.maxAttempts);
      }
      runs.react('r0', () => [{ type: 'retry_requested' }]);
      finishAll(runs, ['succeeded']);
      assert.equal(runs.status('r0').state, 'succeeded');
    }),
    { numRuns: 100 },
  );
});
