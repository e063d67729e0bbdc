import assert from 'node:assert/strict';
import { test } from 'node:test';
import { labelOf } from '@triad/shared/jobs/cloud/cloud-labels.ts';

test('a legal text is its own label', () => {
  assert.equal(labelOf('01j-a_b'), '01j-a_b');
});

test('what is not legal is replaced', () => {
  assert.equal(labelOf('01J:Step.One:1'), '01j_step_one_1');
});

test('a long text is cut, and still differs from others', () => {
  const run = '01j'.padEnd(64, 'a');
  const [first = '', second = ''] = ['1', '2'].map((attempt) => labelOf(`${run}:step:${attempt}`));
  assert.match(first, /^[a-z0-9_-]{63}$/);
  assert.match(second, /^[a-z0-9_-]{63}$/);
  assert.notEqual(first, second);
});
