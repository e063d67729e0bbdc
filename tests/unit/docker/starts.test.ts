import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkStarts } from '../../../docker/check/starts.ts';

test('the best start counts', () => {
  assert.match(checkStarts([2400, 1500, 1600]), /2400, 1500, 1600 ms/);
  assert.throws(() => checkStarts([1501, 1502, 9000]), /above 1500 ms: 1501, 1502, 9000 ms/);
});
