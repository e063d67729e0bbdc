import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import type { RunEvent, StepResult } from '@triad/shared/contracts/run-event.ts';
import type { RunState } from '@triad/shared/contracts/run-view.ts';
import type { ResultHistory } from '@triad/shared/state/result-history.ts';
import type { StateStore } from '@triad/shared/state/state-store.ts';
import { changeOf, pipelineOf, planOf } from '../harness/run-fixtures.ts';

const at = new Date('2024-02-01T06:00:03.000Z');
const resultOf = (value: number): StepResult => ({
  outputs: [],
  tables: [{ table: 't', rows: value, watermark: '2024-01-31' }],
  metrics: { value },
  notes: [],
});
const succeeded = (step: string, value: number): RunEvent => ({
  type: 'step_succeeded',
  step,
  attempt: 1,
  result: resultOf(value),
});

/** What every history must tell of the runs that a state store on the same database holds. */
export function resultHistoryConformance(
  name: string,
  open: () => Promise<{ history: ResultHistory; store: StateStore }>,
): void {
  describe(`result history: ${name}`, () => {
    let history: ResultHistory;
    let store: StateStore;
    beforeEach(async () => {
      ({ history, store } = await open());
    });

    /** A run of pipeline `p` that came to `state` with these events. */
    const run = async (
      runId: string,
      runDate: string,
      events: RunEvent[],
      state: RunState = 'succeeded',
      pipeline = 'p',
    ) => {
      await store.createRun(
        planOf(runId, { runDate, pipeline: pipelineOf(['s'], { name: pipeline }) }),
      );
      const change = { events: events.map((event) => ({ at, event })), state, finishedAt: at };
      assert.ok(await store.applyChange(runId, 0, changeOf(change)));
    };
    const before = (runDate: string, step = 's') =>
      history.previousResult({ pipeline: 'p', step, runDate });
    const runBefore = async (runDate: string) => (await before(runDate))?.runId;

    test('the first run has none before it', async () => {
      assert.equal(await before('2024-01-02'), undefined);
    });

    test('it is the result of the newest run date before this one, whenever that run was made', async () => {
      await run('r1', '2024-01-03', [succeeded('s', 3)]);
      await run('r2', '2024-01-01', [succeeded('s', 1)]);
      await run('r3', '2024-01-02', [succeeded('s', 2)]);
      assert.deepEqual(await before('2024-01-04'), {
        runId: 'r1',
        runDate: '2024-01-03',
        result: resultOf(3),
      });
      assert.equal(await runBefore('2024-01-03'), 'r3');
      assert.equal(await runBefore('2024-01-02'), 'r2');
      assert.equal(await runBefore('2024-01-01'), undefined);
    });

    test('of two runs of one date it is the one made last', async () => {
      await run('r1', '2024-01-01', [succeeded('s', 1)]);
      await run('r2', '2024-01-01', [succeeded('s', 2)]);
      assert.equal(await runBefore('2024-01-02'), 'r2');
    });

    test('runs that did not succeed, and those of other pipelines, do not count', async () => {
      await run('r1', '2024-01-01', [succeeded('s', 1)]);
      await run('r2', '2024-01-02', [succeeded('s', 2)], 'failed');
      await run('r3', '2024-01-03', [succeeded('s', 3)], 'running');
      await run('r4', '2024-01-04', [succeeded('s', 4)], 'succeeded', 'q');
      assert.equal(await runBefore('2024-01-05'), 'r1');
    });

    test('runs in which the step was skipped are passed over', async () => {
      await run('r1', '2024-01-01', [succeeded('s', 1)]);
      const skipped: RunEvent = { type: 'step_skipped', step: 's', because: 'x' };
      await run('r2', '2024-01-02', [skipped, succeeded('other', 2)]);
      assert.equal(await runBefore('2024-01-03'), 'r1');
      assert.equal((await before('2024-01-03', 'other'))?.runId, 'r2');
      assert.equal(await before('2024-01-03', 'none'), undefined);
    });

    test('of several results of a step it is the last, also where another attempt stands for it', async () => {
      const from = { runId: 'r0', step: 's', attempt: 1, at: at.toISOString() };
      const reused: RunEvent = {
        type: 'step_reused',
        step: 's',
        result: resultOf(2),
        key: 'k',
        from,
        savedMs: 1,
      };
      await run('r1', '2024-01-01', [succeeded('s', 1), reused]);
      assert.equal((await before('2024-01-02'))?.result.metrics.value, 2);
    });
  });
}
