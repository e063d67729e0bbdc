import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pipeline, PipelineDefinition } from '@triad/shared/contracts/pipeline.ts';
import {
  badTrigger,
  checkTriggersTogether,
} from '../../../../orchestrator/events/validate-triggers.ts';
import { pipelineOf } from '../../../harness/run-fixtures.ts';

const params: PipelineDefinition['params'] = {
  seen: { type: 'string', description: 'd' },
  count: { type: 'integer', description: 'd' },
  must: { type: 'string', description: 'd', required: true, default: 'x' },
};
const files = {
  name: 'drop',
  everySeconds: 5,
  payloadKey: 'seen',
  watch: { kind: 'files' as const, location: 'file:///data', value: 'files_metadata' as const },
};
const of = (more: Partial<PipelineDefinition>) => pipelineOf(['only'], { params, ...more });
const event = (more: object) => of({ triggers: [{ on: 'event', type: 't', ...more }] });
const sensed = (...sensors: object[]) => of({ sensors: sensors as (typeof files)[] });

test('triggers and sensors that fit are accepted', () => {
  assert.equal(badTrigger(event({ params: { seen: 'a.b' } })), undefined);
  const size = { ...files.watch, value: 'file_size' };
  const second = { ...files, name: 'size', payloadKey: 'count', watch: size };
  assert.equal(badTrigger(sensed(files, second)), undefined);
  const sql = { ...files, payloadKey: 'count', watch: { kind: 'sql', query: 'SELECT 1' } };
  assert.equal(badTrigger(sensed(sql)), undefined);
});

test('what does not fit is named', () => {
  const open = { key: { type: 'string' as const, description: 'd', required: true } };
  const cases: [Pipeline, RegExp][] = [
    [event({ params: { other: 'a' } }), /event t gives other, which test does not take/],
    [event({ params: { toString: 'a' } }), /gives toString/],
    [event({ type: 'dev.triad.run.succeeded' }), /use on: 'pipeline'/],
    [
      of({ params: open, triggers: [{ on: 'event', type: 't' }] }),
      /does not give the required key/,
    ],
    [sensed(files, files), /two sensors are named drop/],
    [sensed({ ...files, payloadKey: 'other' }), /sensor drop gives other/],
    [sensed({ ...files, payloadKey: 'count' }), /gives count as string, not integer/],
  ];
  for (const [pipeline, reason] of cases) assert.match(badTrigger(pipeline) ?? '', reason);
});

const after = (name: string, ...upstream: string[]) =>
  pipelineOf(['only'], {
    name,
    triggers: upstream.map((pipeline) => ({ on: 'pipeline' as const, pipeline })),
  });
const check = (...pipelines: Pipeline[]) =>
  checkTriggersTogether(new Map(pipelines.map((pipeline) => [pipeline.name, pipeline])));

test('pipelines may trigger others in any shape without a cycle', () => {
  check(after('a'), after('b', 'a'), after('c', 'a', 'b'), after('d', 'c', 'b'));
});

test('a trigger on a pipeline that does not exist, and a cycle, are refused', () => {
  const refused = (reason: RegExp) => ({ code: 'PIPELINE_INVALID', message: reason });
  assert.throws(
    () => check(after('a', 'gone')),
    refused(/a: .*pipeline gone, which does not exist/),
  );
  assert.throws(() => check(after('a', 'a')), refused(/without end: a/));
  assert.throws(() => check(after('x'), after('a', 'b'), after('b', 'a', 'x')), refused(/a, b/));
});
