import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunState } from '@triad/shared/contracts/run-view.ts';
import type { PipelineSchedule } from '@triad/shared/contracts/schedule.ts';
import type { ActiveCount, RunRow } from '@triad/shared/state/state-store.ts';
import { holdOf } from '../../../../orchestrator/admit/hold-of.ts';
import { daily } from '../../../harness/orchestrator/schedule-setup.ts';
import { pipelineOf, planOf } from '../../../harness/run-fixtures.ts';

const interval = { start: '2023-12-31T06:00:00.000Z', end: '2024-01-01T06:00:00.000Z' };
const scheduledRun = (schedule: Partial<PipelineSchedule> = {}) =>
  planOf('r1', { pipeline: daily('a', schedule), trigger: 'schedule', interval });
const active = (trigger: ActiveCount['trigger'], count = 1, pipeline = 'a'): ActiveCount => ({
  pipeline,
  trigger,
  count,
});
/** A store in which the run of the tick before is in this state. */
const after = (state?: RunState) => ({
  async previousTickRun(pipeline: string, occurrence: Date): Promise<RunRow | undefined> {
    assert.deepEqual([pipeline, occurrence], ['a', new Date(interval.end)]);
    if (!state) return undefined;
    const at = new Date(interval.start);
    const row = { runId: 'r0', pipeline, runDate: '2023-12-31', state, priority: 50 };
    return { ...row, trigger: 'schedule', createdAt: at, finishedAt: null, error: null };
  },
});

const heldBy = async (...asked: Parameters<typeof holdOf>) => (await holdOf(...asked))?.runs;

test('a run with nothing before it begins', async () => {
  assert.equal(await heldBy(scheduledRun(), [], after()), undefined);
  assert.equal(await heldBy(planOf('r1'), [active('manual', 15, 'test')], after()), undefined);
});

test('a pipeline at its limit holds all of its runs, whoever asked for them', async () => {
  const pipeline = pipelineOf(['only'], { name: 'a', maxActiveRuns: 2 });
  const plan = planOf('r1', { pipeline });
  const counts = [active('manual'), active('backfill'), active('manual', 50, 'other')];
  assert.deepEqual(await heldBy(plan, counts, after()), { pipeline: 'a' });
  assert.equal(await heldBy(plan, counts.slice(1), after()), undefined);
});

const overlaps: PipelineSchedule['overlap'][] = ['skip', 'queue_one', 'queue_all', 'cancel_other'];
for (const overlap of overlaps) {
  test(`with overlap \`${overlap}\` a scheduled run waits for the one before`, async () => {
    const held = { pipeline: 'a', trigger: 'schedule' };
    assert.deepEqual(await heldBy(scheduledRun({ overlap }), [active('schedule')], after()), held);
    assert.equal(await heldBy(scheduledRun({ overlap }), [active('manual')], after()), undefined);
    const other = active('schedule', 1, 'b');
    assert.equal(await heldBy(scheduledRun({ overlap }), [other], after()), undefined);
  });
}

test('with overlap `allow` scheduled runs begin beside each other', async () => {
  const plan = scheduledRun({ overlap: 'allow' });
  assert.equal(await heldBy(plan, [active('schedule', 3)], after()), undefined);
});

const past: [RunState, boolean][] = [
  ['queued', true],
  ['running', true],
  ['cancelling', true],
  ['failed', true],
  ['cancelled', true],
  ['succeeded', false],
];
for (const [state, isHeld] of past) {
  test(`a run that depends on the past ${isHeld ? 'waits' : 'begins'} while that ${state}`, async () => {
    const plan = scheduledRun({ dependsOnPast: true, overlap: 'allow' });
    const expected = isHeld ? { pipeline: 'a', trigger: 'schedule' } : undefined;
    assert.deepEqual(await heldBy(plan, [], after(state)), expected);
  });
}

test('the first run that depends on the past begins', async () => {
  assert.equal(await heldBy(scheduledRun({ dependsOnPast: true }), [], after()), undefined);
});

test('a backfill waits neither for scheduled runs nor for the past', async () => {
  const plan = { ...scheduledRun({ dependsOnPast: true }), trigger: 'backfill' as const };
  assert.equal(await heldBy(plan, [active('schedule')], after('failed')), undefined);
});
