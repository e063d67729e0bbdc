import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { closeTo, judgeNumber, within } from '../../../../orchestrator/verify/requirements.ts';

const value = fc.double({ min: -1e9, max: 1e9, noNaN: true });
const tolerance = fc.double({ min: 0, max: 1e6, noNaN: true });
const holds = (after: number, before: number, drop?: number, rise?: number) =>
  judgeNumber('x', after, closeTo(before, { drop, rise })).ok;

test('what did not change is close to what it was, whatever the tolerance', () => {
  fc.assert(fc.property(value, tolerance, tolerance, (v, d, r) => holds(v, v, d, r)));
});

test('what holds within a tolerance holds within a larger one', () => {
  fc.assert(
    fc.property(value, value, tolerance, tolerance, (before, after, drop, more) => {
      assert.ok(!holds(after, before, drop) || holds(after, before, drop + more));
    }),
  );
});

test('a drop of one way is a rise of the other', () => {
  fc.assert(
    fc.property(value, value, tolerance, (before, after, by) => {
      assert.equal(holds(after, before, by), holds(-after, -before, undefined, by));
    }),
  );
});

test('rounding does not decide: a drop by exactly what is allowed holds', () => {
  const cents = fc.integer({ min: -1_000_000, max: 1_000_000 });
  const by = fc.integer({ min: 0, max: 1_000_000 });
  fc.assert(
    fc.property(cents, by, (before, drop) => {
      assert.ok(holds((before - drop) / 100, before / 100, drop / 100));
      assert.ok(!holds((before - drop - 1) / 100, before / 100, drop / 100));
    }),
  );
});

test('bounds are inclusive, and a value that is not there is within none', () => {
  fc.assert(
    fc.property(value, (v) => {
      assert.ok(judgeNumber('x', v, within({ min: v, max: v })).ok);
      assert.ok(!judgeNumber('x', undefined, within({ min: v })).ok);
    }),
  );
});
