import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Postcondition } from '@triad/shared/contracts/postcondition.ts';
import { checkPostconditions } from '../../../../orchestrator/verify/check-postconditions.ts';
import { manifest } from '../../../harness/contract-documents.ts';

// The manifest has an output `snapshot`, 12 rows of `rfm` and a metric `bg_nbd.r` of 0.2426.
const holding: Postcondition[] = [
  { kind: 'output', name: 'snapshot' },
  { kind: 'rows', table: 'rfm', min: 1 },
  { kind: 'rows', table: 'rfm', min: 12, max: 12 },
  { kind: 'metric', metric: 'bg_nbd.r' },
  { kind: 'metric', metric: 'bg_nbd.r', min: 0.2426, max: 0.2426 },
];

test('postconditions hold up to and including their bounds', () => {
  checkPostconditions(holding, manifest);
  checkPostconditions([], manifest);
});

const failing: [Postcondition, string][] = [
  [
    { kind: 'output', name: 'model' },
    '"output model" does not hold: expected the output in the manifest, found only snapshot.',
  ],
  [
    { kind: 'rows', table: 'rfm', min: 13 },
    '"rows of rfm" does not hold: expected at least 13, found 12.',
  ],
  [
    { kind: 'rows', table: 'rfm', min: 1, max: 11 },
    '"rows of rfm" does not hold: expected at least 1 and at most 11, found 12.',
  ],
  [
    { kind: 'rows', table: 'clv', min: 0 },
    '"rows of clv" does not hold: expected at least 0, found none.',
  ],
  [
    { kind: 'metric', metric: 'bg_nbd.r', max: 0.2 },
    '"metric bg_nbd.r" does not hold: expected at most 0.2, found 0.2426.',
  ],
  [
    { kind: 'metric', metric: 'bg_nbd.a' },
    '"metric bg_nbd.a" does not hold: expected a value, found none.',
  ],
];
for (const [condition, words] of failing) {
  test(`what does not hold is told with expected and actual: ${words}`, () => {
    assert.throws(() => checkPostconditions([...holding, condition], manifest), {
      code: 'POSTCONDITION_FAILED',
      message: `Postcondition ${words}`,
    });
  });
}

test('a step without outputs is told as such', () => {
  assert.throws(
    () => checkPostconditions([{ kind: 'output', name: 'x' }], { ...manifest, outputs: [] }),
    { message: /found no outputs/ },
  );
});
