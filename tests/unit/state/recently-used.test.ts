import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RecentlyUsed } from '@triad/shared/state/recently-used.ts';

test('of more values than the limit, the one that was not used for longest is let go', () => {
  const values = new RecentlyUsed<number>(2);
  values.set('a', 1);
  values.set('b', 2);
  values.get('a');
  values.set('c', 3);
  assert.deepEqual([values.get('a'), values.get('b'), values.get('c')], [1, undefined, 3]);
});

test('a value that is set again replaces the earlier one', () => {
  const values = new RecentlyUsed<number>(2);
  values.set('a', 1);
  values.set('b', 2);
  values.set('a', 3);
  values.set('c', 4);
  assert.deepEqual([values.get('a'), values.get('b'), values.get('c')], [3, undefined, 4]);
});
