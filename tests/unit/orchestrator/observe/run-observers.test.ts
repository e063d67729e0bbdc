import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import type { BacklogReader } from '@triad/shared/state/backlog.ts';
import { attemptSpan } from '@triad/shared/tracing/span-context.ts';
import type { FinishedSpan } from '@triad/shared/tracing/tracer.ts';
import { OrchestratorMetrics } from '../../../../orchestrator/observe/orchestrator-metrics.ts';
import { observers, type RunObserver } from '../../../../orchestrator/observe/run-observer.ts';
import { RunTracer } from '../../../../orchestrator/observe/run-tracer.ts';
import { reactToEnd } from '../../../../orchestrator/run/react-to-end.ts';
import { RunEngine } from '../../../../orchestrator/run/run-engine.ts';
import {
  type OrchestratorSetup,
  setUpOrchestrator,
} from '../../../harness/orchestrator/orchestrator-setup.ts';
import { type EndName, ends } from '../../../harness/orchestrator/simulated-runs.ts';
import { pipelineOf, planOf } from '../../../harness/run-fixtures.ts';

const pipeline = pipelineOf([
  'load',
  { name: 'train', kind: 'train', after: ['load'], retry: { maxAttempts: 1 } },
]);

let setup: OrchestratorSetup;
beforeEach(async () => {
  setup = await setUpOrchestrator();
});

/** A run whose load takes 2 s and whose training, after it, fails within 3 s. */
async function failingRun(observer: RunObserver) {
  const { state, clock, ids, log, outboxTakenMs, publish, findReusable } = setup;
  const engine = new RunEngine({
    state,
    clock,
    ids,
    log,
    poolSizes: new Map(),
    findReusable,
    outboxTakenMs,
    publish,
    observer,
  });
  await state.createRun(planOf('r1', { pipeline, createdAt: clock.now() }));
  await engine.advance('r1');
  const end = (step: string, attempt: number, how: EndName) =>
    engine.react(
      'r1',
      reactToEnd(step, attempt, ends[how], clock.now(), () => 0.5),
    );
  await clock.advance(2000);
  await end('load', 1, 'succeeded');
  await clock.advance(3000);
  await end('train', 1, 'fatal');
  return { engine, end };
}

describe('metrics', () => {
  const nothing: BacklogReader = {
    backlog: async () => ({
      runs: [{ pipeline: 'test', state: 'queued', count: 4 }],
      outbox: 1,
      deliveries: 2,
      deadLetters: 3,
      oldestDueTick: new Date(setup.clock.now().getTime() - 90_000),
    }),
  };

  test('runs and steps are counted by how they ended and timed', async () => {
    const metrics = new OrchestratorMetrics(nothing, setup.clock);
    await failingRun(metrics.runs);
    const text = await metrics.text();
    for (const line of [
      'triad_runs_finished_total{pipeline="test",state="failed"} 1',
      'triad_run_seconds_sum{pipeline="test"} 5',
      'triad_steps_ended_total{kind="sql",end="succeeded"} 1',
      'triad_steps_ended_total{kind="train",end="failed"} 1',
      'triad_step_seconds_sum{kind="sql"} 2',
      'triad_step_seconds_sum{kind="train"} 3',
      'triad_dispatch_seconds_count 2',
      'triad_dispatch_seconds_sum 0',
    ]) {
      assert.ok(text.split('\n').includes(line), `${line}\n${text}`);
    }
  });

  test('what waits is counted when it is asked for, and forgotten when it no longer waits', async () => {
    let backlog = await nothing.backlog(setup.clock.now());
    const metrics = new OrchestratorMetrics({ backlog: async () => backlog }, setup.clock);
    const first = await metrics.text();
    for (const line of [
      'triad_runs{pipeline="test",state="queued"} 4',
      'triad_outbox_messages 1',
      'triad_deliveries_waiting 2',
      'triad_dead_letters 3',
      'triad_tick_lag_seconds 90',
    ]) {
      assert.ok(first.split('\n').includes(line), line);
    }
    backlog = { ...backlog, runs: [], oldestDueTick: null };
    const second = await metrics.text();
    assert.doesNotMatch(second, /triad_runs\{/);
    assert.match(second, /^triad_tick_lag_seconds 0$/m);
  });

  test('two registries do not know of each other', async () => {
    const [one, other] = [1, 2].map(() => new OrchestratorMetrics(nothing, setup.clock));
    if (one) await failingRun(one.runs);
    assert.doesNotMatch((await other?.text()) ?? '', /finished_total\{/);
  });
});

describe('traces', () => {
  const recorded = () => {
    const spans: FinishedSpan[] = [];
    const record = (span: FinishedSpan) => void spans.push(span);
    return { spans, tracer: new RunTracer({ record, async close() {} }) };
  };
  const seconds = ({ start, end }: FinishedSpan) => (end.getTime() - start.getTime()) / 1000;

  test('attempts lie under their run, from dispatch to end, with what failed', async () => {
    const { spans, tracer } = recorded();
    await failingRun(tracer);
    const [load, train, run] = spans;
    assert.deepEqual(
      spans.map(({ name, error }) => [name, error?.code]),
      [
        ['step load', undefined],
        ['step train', train?.error?.code],
        ['run test', run?.error?.code],
      ],
    );
    assert.ok(load && train && run && train.error && run.error);
    assert.deepEqual([seconds(load), seconds(train), seconds(run)], [2, 3, 5]);
    assert.deepEqual(load.context, attemptSpan('r1:load:1'));
    assert.deepEqual([load.parent, train.parent], [run.context, run.context]);
    assert.equal(run.parent, undefined);
  });

  test('a retry of a failed run is a span of its own under the run, with its attempts', async () => {
    const { spans, tracer } = recorded();
    const { engine, end } = await failingRun(tracer);
    const run = spans.at(-1);
    spans.length = 0;
    await setup.clock.advance(60_000);
    await engine.react('r1', () => [{ type: 'retry_requested' }]);
    await setup.clock.advance(1000);
    await end('train', 2, 'succeeded');
    const [train, retry] = spans;
    assert.ok(train && retry);
    assert.deepEqual([train.name, retry.name, spans.length], ['step train', 'retry test', 2]);
    assert.deepEqual([train.parent, retry.parent], [retry.context, run?.context]);
    assert.equal(seconds(retry), 1);
  });

  test('an observer that fails keeps neither the others nor the run from going on', async () => {
    const { spans, tracer } = recorded();
    const failing: RunObserver = {
      committed() {
        throw new Error('broken');
      },
    };
    await failingRun(observers([failing, tracer], setup.log));
    assert.equal(spans.length, 3);
    assert.equal((await setup.view('r1')).state, 'failed');
    assert.ok(setup.lines.some(({ level }) => level === 'error'));
  });
});
