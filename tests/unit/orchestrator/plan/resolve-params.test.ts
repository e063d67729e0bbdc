import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PipelineDefinition } from '@triad/shared/contracts/pipeline.ts';
import { resolveParams } from '../../../../orchestrator/plan/resolve-params.ts';
import { pipelineOf } from '../../../harness/run-fixtures.ts';

const pipeline = pipelineOf(['only'], {
  params: {
    source: { type: 'string', description: 'd', default: 'simulated' },
    weeks: { type: 'integer', description: 'd', minimum: 1, maximum: 52 },
    rate: { type: 'number', description: 'd', minimum: 0, default: 0.1 },
    strict: { type: 'boolean', description: 'd', default: false },
    until: { type: 'date', description: 'd' },
  },
});

test('given values win over defaults; what has neither is absent', () => {
  assert.deepEqual(resolveParams(pipeline, {}), { source: 'simulated', rate: 0.1, strict: false });
  const given = { source: 'orders', weeks: 39, rate: 0, strict: true, until: '1997-09-30' };
  assert.deepEqual(resolveParams(pipeline, given), given);
});

test('a required parameter must be given, also when it has no default', () => {
  const params: PipelineDefinition['params'] = {
    file: { type: 'string', description: 'd', required: true },
  };
  const demanding = pipelineOf(['only'], { params });
  assert.throws(() => resolveParams(demanding, {}), {
    code: 'INPUT_INVALID',
    message: /^params: file: /,
  });
  assert.deepEqual(resolveParams(demanding, { file: 'x' }), { file: 'x' });
});

test('an unknown parameter is named, and those that exist are listed', () => {
  for (const name of ['sorce', 'constructor', 'toString']) {
    assert.throws(() => resolveParams(pipeline, { [name]: 'x' }), {
      code: 'INPUT_INVALID',
      message: new RegExp(
        `unknown parameter ${name}; pipeline test takes: source, weeks, rate, strict, until`,
      ),
    });
  }
});

const wrong: [string, string | number | boolean][] = [
  ['source', 7],
  ['weeks', 0],
  ['weeks', 53],
  ['weeks', 1.5],
  ['weeks', '39'],
  ['rate', -0.1],
  ['rate', '0.1'],
  ['rate', Number.NaN],
  ['rate', Number.POSITIVE_INFINITY],
  ['strict', 'true'],
  ['until', '1997-13-01'],
  ['until', '1997-02-29'],
  ['until', 'tomorrow'],
];
for (const [name, value] of wrong) {
  test(`${name} = ${JSON.stringify(value)} is INPUT_INVALID and named`, () => {
    assert.throws(() => resolveParams(pipeline, { [name]: value }), {
      code: 'INPUT_INVALID',
      message: new RegExp(`^params: ${name}: \\S`),
    });
  });
}
