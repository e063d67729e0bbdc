import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { maximize, type Objective } from '../../../trainer/learners/clv/maximize.ts';
import { standardErrors } from '../../../trainer/learners/clv/standard-errors.ts';

/** −(u² + c v²)/2 after a shift, with a maximum of 3. */
const bowl =
  (top: readonly [number, number], c: number): Objective =>
  ([u = 0, v = 0]) => ({
    value: 3 - ((u - top[0]) ** 2 + c * (v - top[1]) ** 2) / 2,
    gradient: [top[0] - u, c * (top[1] - v)],
  });

test('the top of a bowl is found wherever it is and however narrow', () => {
  const coordinate = fc.double({ min: -50, max: 50, noNaN: true });
  fc.assert(
    fc.property(
      coordinate,
      coordinate,
      fc.double({ min: 0.01, max: 1000, noNaN: true }),
      (u, v, c) => {
        const maximum = maximize(bowl([u, v], c), [0, 0], 200);
        assert.ok(maximum.converged);
        assert.ok(Math.abs((maximum.point[0] ?? 0) - u) < 1e-6);
        assert.ok(Math.abs((maximum.point[1] ?? 0) - v) < 1e-6);
      },
    ),
  );
});

test('the curved ridge of Rosenbrock is followed to its end', () => {
  const ridge: Objective = ([x = 0, y = 0]) => ({
    value: -((1 - x) ** 2) - 100 * (y - x * x) ** 2,
    gradient: [2 * (1 - x) + 400 * x * (y - x * x), -200 * (y - x * x)],
  });
  const { point, converged } = maximize(ridge, [-1.2, 1], 200);
  assert.ok(converged);
  for (const coordinate of point) assert.ok(Math.abs(coordinate - 1) < 1e-6);
});

test('too few iterations are reported, not hidden', () => {
  const { converged, iterations } = maximize(bowl([5, -3], 700), [0, 0], 1);
  assert.deepEqual({ converged, iterations }, { converged: false, iterations: 1 });
});

test('a step into the undefined is never taken', () => {
  // ln u − u, undefined for u ≤ 0, where the first steps overshoot to.
  const objective: Objective = ([u = 0]) => ({ value: Math.log(u) - u, gradient: [1 / u - 1] });
  const { point, converged } = maximize(objective, [30], 200);
  assert.ok(converged);
  assert.ok(Math.abs((point[0] ?? 0) - 1) < 1e-6);
});

test('a function without a maximum ends unconverged and finite', () => {
  const slope: Objective = ([u = 0]) => ({ value: u, gradient: [1] });
  const { point, value, converged } = maximize(slope, [0], 50);
  assert.equal(converged, false);
  assert.ok(point.every(Number.isFinite) && Number.isFinite(value));
});

test('standard errors of a normal likelihood are σ/√n and σ/√(2n)', () => {
  const [n, mean, sigma] = [400, 7, 2];
  // Sufficient statistics at their expectation: sample mean `mean`, sample variance sigma².
  const logLikelihood: Objective = ([m = 0, s = 1]) => ({
    value: -n * Math.log(s) - (n * (sigma ** 2 + (mean - m) ** 2)) / (2 * s * s),
    gradient: [(n * (mean - m)) / (s * s), -n / s + (n * (sigma ** 2 + (mean - m) ** 2)) / s ** 3],
  });
  const errors = standardErrors(logLikelihood, [mean, sigma]) ?? [];
  assert.ok(Math.abs((errors[0] ?? 0) / (sigma / Math.sqrt(n)) - 1) < 1e-5);
  assert.ok(Math.abs((errors[1] ?? 0) / (sigma / Math.sqrt(2 * n)) - 1) < 1e-5);
});

test('a flat direction has no standard errors', () => {
  const ridge: Objective = ([u = 1, v = 1]) => ({
    value: -(Math.log(u * v) ** 2),
    gradient: [(-2 * Math.log(u * v)) / u, (-2 * Math.log(u * v)) / v],
  });
  assert.equal(standardErrors(ridge, [2, 0.5]), undefined);
});
