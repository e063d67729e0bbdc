import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { bgNbdLogLikelihood } from '../../../trainer/learners/clv/bg-nbd-likelihood.ts';
import { gammaGammaLogLikelihood } from '../../../trainer/learners/clv/gamma-gamma.ts';
import type { Objective } from '../../../trainer/learners/clv/maximize.ts';

const positive = (min: number, max: number) =>
  fc.double({ min: Math.log(min), max: Math.log(max), noNaN: true }).map(Math.exp);

/** Central differences in the logarithms, where every parameter is of order 1. */
function assertGradient(objective: Objective, parameters: readonly number[]): void {
  const { value, gradient } = objective(parameters);
  const h = 1e-4;
  for (const [i, parameter] of parameters.entries()) {
    const at = (shift: number) =>
      objective(parameters.map((p, j) => (i === j ? p * Math.exp(shift) : p))).value;
    const expected = (8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h);
    const actual = (gradient[i] ?? Number.NaN) * parameter;
    const tolerance = 1e-7 * (1 + Math.abs(expected)) + (1e-14 * Math.abs(value)) / h;
    assert.ok(
      Math.abs(actual - expected) <= tolerance * 10,
      `derivative ${i} at [${parameters}] is ${actual}, differences give ${expected}`,
    );
  }
}

const history = fc
  .record({
    x: fc.integer({ min: 0, max: 60 }),
    T: positive(1, 200),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map(({ x, T, share }) => ({ x, tx: x === 0 ? 0 : T * share, T }));

test('the gradient of the BG/NBD log-likelihood is its derivative', () => {
  fc.assert(
    fc.property(
      fc.tuple(positive(0.05, 20), positive(0.5, 100), positive(0.05, 20), positive(0.05, 20)),
      fc.array(history, { minLength: 1, maxLength: 8 }),
      (parameters, histories) => {
        const groups = histories.map(({ x, tx, T }) => ({
          x,
          customers: 2,
          histories: [{ tx, T, customers: 2 }],
        }));
        assertGradient(bgNbdLogLikelihood(groups), parameters);
      },
    ),
  );
});

test('the gradient of the Gamma-Gamma log-likelihood is its derivative', () => {
  fc.assert(
    fc.property(
      fc.tuple(positive(0.05, 30), positive(0.05, 30), positive(0.1, 1000)),
      fc.array(
        fc.record({
          x: fc.integer({ min: 1, max: 60 }),
          means: fc.array(positive(0.01, 1e4), { minLength: 1, maxLength: 4 }),
        }),
        { minLength: 1, maxLength: 8 },
      ),
      (parameters, groups) => assertGradient(gammaGammaLogLikelihood(groups), parameters),
    ),
  );
});
