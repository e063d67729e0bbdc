import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pipeline, PipelineDefinition } from '@triad/shared/contracts/pipeline.ts';
import { postcondition } from '@triad/shared/contracts/postcondition.ts';
import fc from 'fast-check';
import { validatePipeline } from '../../../../orchestrator/plan/validate-pipeline.ts';
import { withVerificationSteps } from '../../../../orchestrator/plan/verification-steps.ts';
import { anyPipeline } from '../../../harness/orchestrator/any-pipeline.ts';
import { pipelineOf } from '../../../harness/run-fixtures.ts';

type Postconditions = PipelineDefinition['steps'][number]['postconditions'];

const count = { kind: 'sql', name: 'count', query: 'SELECT COUNT(*) FROM t', min: 1 } as const;
const strays = {
  kind: 'sql',
  name: 'strays',
  query: 'SELECT * FROM t WHERE x < 0',
  returns: 'offending_rows',
} as const;
const rows = { kind: 'rows', table: 't', min: 1 } as const;

const expanded = (postconditions: Postconditions, more: object = {}) =>
  withVerificationSteps(
    pipelineOf([
      { name: 'a', kind: 'train', with: { horizon: 9 }, postconditions, ...more },
      { name: 'b', kind: 'sql', after: ['a'] },
      { name: 'other', kind: 'sql' },
    ]),
  );
const stepOf = ({ steps }: Pipeline, name: string) => {
  const step = steps.find((candidate) => candidate.name === name);
  assert.ok(step, name);
  return step;
};

test('queries become one check after the step and before all that came after it', () => {
  const pipeline = expanded([count, rows, strays]);
  assert.deepEqual(
    pipeline.steps.map(({ name, after }) => [name, after]),
    [
      ['a', []],
      ['verify-a', ['a']],
      ['b', ['a', 'verify-a']],
      ['other', []],
    ],
  );
  assert.deepEqual(stepOf(pipeline, 'a').postconditions, [rows]);
  const check = stepOf(pipeline, 'verify-a');
  assert.deepEqual(
    [check.kind, check.fresh, check.with],
    [
      'check',
      'required',
      { 'sql.number.count': count.query, 'sql.offending_rows.strays': strays.query },
    ],
  );
  assert.deepEqual(check.postconditions, [
    { kind: 'metric', metric: 'sql.count', min: 1, change: 'relative' },
    { kind: 'checks', names: ['strays'], min: 1 },
  ]);
});

test('a canary is scored with the parameters that its model was made with', () => {
  const scores = { p_alive: { min: 0, max: 1 } };
  const canary = stepOf(expanded([{ kind: 'canary', scores }]), 'verify-a');
  assert.deepEqual(
    [canary.kind, canary.after, canary.with],
    ['canary', ['a'], { horizon: 9, 'canary.output': 'model' }],
  );
  assert.deepEqual(canary.postconditions, [
    { kind: 'metric', metric: 'canary.scores', min: 1, change: 'relative' },
    { kind: 'metric', metric: 'canary.not_finite', max: 0, change: 'relative' },
    { kind: 'metric', metric: 'canary.p_alive', min: 0, max: 1, change: 'relative' },
  ]);
});

test('a step with queries and a canary has a step for each', () => {
  const pipeline = expanded([count, { kind: 'canary' }]);
  assert.deepEqual(stepOf(pipeline, 'b').after, ['a', 'verify-a', 'verify-a-2']);
  assert.equal(stepOf(pipeline, 'verify-a').kind, 'check');
  assert.equal(stepOf(pipeline, 'verify-a-2').kind, 'canary');
});

test('names stay valid: too long ones are cut, taken ones counted on', () => {
  const long = 'x'.repeat(63);
  const names = validatePipeline(
    pipelineOf([
      { name: long, kind: 'sql', postconditions: [count] },
      { name: 'a', kind: 'sql', postconditions: [count] },
      { name: 'verify-a', kind: 'sql' },
    ]),
    'test.ts',
  ).steps.map(({ name }) => name);
  assert.deepEqual(names, [long, `verify-${'x'.repeat(56)}`, 'a', 'verify-a-2', 'verify-a']);
});

test('what cannot be told apart is refused when the pipeline is loaded', () => {
  assert.throws(() => expanded([count, { ...strays, name: 'count' }]), {
    code: 'PIPELINE_INVALID',
    message: /step a: two sql postconditions are named count/,
  });
  const forEach = { over: { values: [1, 2] }, as: 'x' };
  assert.throws(() => expanded([{ kind: 'canary' }], { forEach }), {
    code: 'PIPELINE_INVALID',
    message: /step a: a canary cannot tell which model/,
  });
});

/** Any DAG, some of whose steps have a query or a canary. */
const anyVerified = fc
  .tuple(anyPipeline(), fc.array(fc.nat(3), { minLength: 7, maxLength: 7 }))
  .map(([pipeline, choices]) => ({
    ...pipeline,
    steps: pipeline.steps.map((step, index) => ({
      ...step,
      postconditions: [[], [rows], [count], [count, { kind: 'canary' as const }]][
        choices[index] ?? 0
      ]?.map((one) => postcondition.parse(one)) as Pipeline['steps'][number]['postconditions'],
    })),
  }));

test('nothing that came after a step starts before the step is verified, and nothing else changes', () => {
  fc.assert(
    fc.property(anyVerified, (pipeline) => {
      const after = validatePipeline(pipeline, 'x');
      for (const step of pipeline.steps) {
        const verifying = after.steps.filter(
          (other) => other.fresh === 'required' && other.after[0] === step.name,
        );
        const kinds = step.postconditions.map(({ kind }) => kind);
        const expected = Number(kinds.includes('sql')) + Number(kinds.includes('canary'));
        assert.equal(verifying.length, expected);
        for (const later of pipeline.steps.filter((other) => other.after.includes(step.name))) {
          const { after: befores } = stepOf(after, later.name);
          assert.ok(befores.includes(step.name));
          assert.ok(verifying.every(({ name }) => befores.includes(name)));
        }
        const { postconditions: _, after: __, ...own } = stepOf(after, step.name);
        const { postconditions: ___, after: ____, ...before } = step;
        assert.deepEqual(own, before);
      }
    }),
  );
});

test('an expanded pipeline is expanded to itself', () => {
  fc.assert(
    fc.property(anyVerified, (pipeline) => {
      const once = validatePipeline(pipeline, 'x');
      assert.deepEqual(validatePipeline(JSON.parse(JSON.stringify(once)), 'x'), once);
    }),
  );
});
