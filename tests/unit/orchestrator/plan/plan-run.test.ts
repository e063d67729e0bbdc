import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Params } from '@triad/shared/contracts/json.ts';
import type { Pipeline } from '@triad/shared/contracts/pipeline.ts';
import { planRun } from '../../../../orchestrator/plan/plan-run.ts';
import { pipelineOf } from '../../../harness/run-fixtures.ts';

const pipeline = pipelineOf(
  ['a', { name: 'b', kind: 'train', after: ['a'], with: { x: 1, y: 'z' } }],
  {
    params: {
      p: { type: 'integer', description: 'd', default: 1 },
      q: { type: 'string', description: 'd' },
    },
  },
);
const request = {
  runDate: '2024-01-31',
  params: { q: 'text' } as Params,
  seed: 0,
  trigger: 'manual' as const,
};
const context = {
  runId: 'r1',
  createdAt: new Date('2024-02-01T06:00:00.000Z'),
  codeRevision: 'abc',
};
const hashOf = (p: Pipeline, r = request) => planRun({ ...r, pipeline: p }, context).planHash;

/** The same value with the keys of every object in the opposite order. */
function reorder<T>(value: T): T {
  if (Array.isArray(value)) return value.map(reorder) as T;
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).map(([key, inner]) => [key, reorder(inner)] as const);
  return Object.fromEntries(entries.reverse()) as T;
}

/** Every variant of a JSON value in which one leaf differs. */
function* variants(value: unknown): Generator<unknown> {
  if (Array.isArray(value)) {
    for (const [i, item] of value.entries()) {
      for (const other of variants(item)) yield value.toSpliced(i, 1, other);
    }
    if (value.length > 1) yield value.toReversed();
  } else if (value !== null && typeof value === 'object') {
    for (const [key, inner] of Object.entries(value)) {
      for (const other of variants(inner)) yield { ...value, [key]: other };
    }
  } else if (typeof value === 'number') yield value + 1;
  else if (typeof value === 'boolean') yield !value;
  else yield `${value}x`;
}

test('a plan holds the resolved parameters and everything it was asked with', () => {
  const plan = planRun({ ...request, pipeline, seed: 7 }, context);
  const { planHash, ...rest } = plan;
  assert.match(planHash, /^[0-9a-f]{64}$/);
  assert.deepEqual(rest, {
    ...context,
    pipeline,
    runDate: '2024-01-31',
    params: { p: 1, q: 'text' },
    interval: null,
    seed: 7,
    trigger: 'manual',
    cause: null,
    rerunOf: null,
    priority: 50,
    queued: true,
    fresh: false,
  });
});

test('the hash does not depend on the order of keys, nor on when and by whom the run was made', () => {
  const hash = hashOf(pipeline);
  assert.equal(hashOf(reorder(pipeline)), hash);
  assert.equal(hashOf(pipeline, { ...request, params: { ...request.params } }), hash);
  const elsewhere = {
    ...context,
    runId: 'r2',
    createdAt: new Date(),
  };
  const asked = { ...request, pipeline, trigger: 'schedule' as const, cause: 'a tick' };
  assert.equal(planRun(asked, elsewhere).planHash, hash);
});

test('a parameter given as its default is the same plan', () => {
  const given = { ...request, params: { ...request.params, p: 1 } };
  assert.equal(hashOf(pipeline, given), hashOf(pipeline));
});

test('any change of the pipeline gives another hash, and no two changes the same', () => {
  const plain: Pipeline = { ...pipeline, params: {} };
  const changed = [plain, ...variants(plain)] as Pipeline[];
  const hashes = changed.map((variant) => hashOf(variant, { ...request, params: {} }));
  assert.ok(hashes.length > 20);
  assert.equal(new Set(hashes).size, hashes.length);
});

test('another run date, parameter or seed gives another hash', () => {
  const others = [
    request,
    { ...request, runDate: '2024-02-01' },
    { ...request, seed: 1 },
    { ...request, params: { q: 'other' } },
    { ...request, params: { q: 'text', p: 2 } },
    { ...request, params: {} },
  ];
  assert.equal(new Set(others.map((other) => hashOf(pipeline, other))).size, others.length);
});
