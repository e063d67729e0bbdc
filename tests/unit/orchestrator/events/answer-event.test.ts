import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PipelineTrigger } from '@triad/shared/contracts/trigger.ts';
import { pipelineTrigger } from '@triad/shared/contracts/trigger.ts';
import fc from 'fast-check';
import { answerEvent, matchTrigger } from '../../../../orchestrator/events/answer-event.ts';
import { runSucceeded } from '../../../../orchestrator/events/run-succeeded.ts';
import { runViewOf } from '../../../../orchestrator/run/run-view-of.ts';
import { receivedOf } from '../../../harness/event-fixtures.ts';
import { pipelineOf, planOf } from '../../../harness/run-fixtures.ts';

const pipeline = pipelineOf(['only']);
const triggerOf = (more: object): PipelineTrigger =>
  pipelineTrigger.parse({ on: 'event', type: 'com.example.landed', ...more });
const answer = (more: object, event: Parameters<typeof receivedOf>[1] = {}) =>
  answerEvent(pipeline, triggerOf(more), receivedOf('a', event));

test('different events have different causes, wherever their names are cut', () => {
  const cause = (source: string, id: string) => answer({}, { source, id }).cause;
  const names = fc.array(fc.constantFrom('a', '%2F', '%', ''), { minLength: 3, maxLength: 5 });
  fc.assert(
    fc.property(names, fc.nat(), fc.nat(), (parts, one, other) => {
      const cutAt = (index: number) => {
        const at = 1 + (index % (parts.length - 1));
        return [parts.slice(0, at).join('/'), parts.slice(at).join('/')] as const;
      };
      const [first, second] = [cutAt(one), cutAt(other)];
      const isSame = first[0] === second[0] && first[1] === second[1];
      assert.equal(cause(...first) === cause(...second), isSame);
    }),
  );
  assert.notEqual(cause('a/b', 'c'), cause('a', 'b/c'));
  assert.notEqual(cause('a%2Fb', 'c'), cause('a/b', 'c'));
});

test('parameters come from fields at any depth; what is absent or null gives none', () => {
  const params = { a: 'x', b: 'y.z', c: 'y.none', d: 'none.z', e: 'toString', f: 'nothing' };
  const data = { x: 1, y: { z: false }, nothing: null };
  assert.deepEqual(answer({ params }, { data }).params, { a: 1, b: false });
  assert.deepEqual(answer({ params }, { data: 'text' }).params, {});
});

test('the run date is a field of the data, or the UTC day of the event', () => {
  const dateOf = (data: unknown) => answer({ runDate: 'day' }, { data }).runDate;
  assert.equal(dateOf({ day: '2024-02-29' }), '2024-02-29');
  assert.equal(dateOf({ day: '2024-03-01T00:30:00+01:00' }), '2024-02-29');
  for (const day of ['2024-02-30', 5, null, undefined]) {
    assert.throws(() => dateOf({ day }), { code: 'INPUT_INVALID', message: /data\.day/ });
  }
  assert.equal(answer({}, { time: '2023-12-31T23:59:59.000Z' }).runDate, '2023-12-31');
  assert.equal(answer({}).runDate, '2024-02-01');
});

test('a success gives parameters, metrics with dots in their names, and outputs', () => {
  const upstream = pipelineOf(['train'], { name: 'upstream' });
  const view = runViewOf(
    {
      plan: planOf('r1', { pipeline: upstream, params: { weeks: 4 }, runDate: '2023-06-30' }),
      events: [],
    },
    new Date('2024-02-01T06:00:00.000Z'),
  );
  const event = runSucceeded({
    ...view,
    metrics: { 'bg_nbd.r': 0.5 },
    outputs: [
      { step: 'train', name: 'model', path: 'runs/r1/train/1/model.json', bytes: 1, sha256: 'f' },
    ],
  });
  const trigger = pipelineTrigger.parse({
    on: 'pipeline',
    pipeline: 'upstream',
    params: { w: 'params.weeks', r: 'metrics.bg_nbd.r', m: 'outputs.train.model', n: 'params.no' },
  });
  const received = { event, receivedAt: new Date(0) };
  assert.deepEqual(matchTrigger(pipelineOf(['only'], { triggers: [trigger] }), received), trigger);
  const { params, runDate } = answerEvent(pipeline, trigger, received);
  assert.deepEqual(params, { w: 4, r: 0.5, m: 'runs/r1/train/1/model.json' });
  assert.equal(runDate, '2023-06-30');
});

test('a mapping of a success that leads nowhere is refused by its contract', () => {
  for (const field of ['weeks', 'params', 'params.', 'outputs.train', 'steps.a.b']) {
    const trigger = { on: 'pipeline', pipeline: 'up', params: { x: field } };
    assert.equal(pipelineTrigger.safeParse(trigger).success, false, field);
  }
});
