import { at } from './at.ts';

/** A smooth function to maximize: its value and gradient at a point. */
export type Objective = (point: readonly number[]) => {
  value: number;
  gradient: readonly number[];
};

export interface Maximum {
  point: readonly number[];
  value: number;
  /** Quasi-Newton steps taken. */
  iterations: number;
  /** Whether the gradient vanished. */
  converged: boolean;
}

/** A gradient whose largest component is below this counts as zero, for objectives of order 1. */
const gradientTolerance = 1e-9;
/** Armijo's constant: the share of the slope's promise that a step must keep. */
const sufficientIncrease = 1e-4;
const maxHalvings = 60;

/**
 * Maximizes by BFGS with a backtracking line search (Nocedal and Wright 2006, algorithm 6.1 and
 * 3.1). Points where the objective is not finite are never accepted, so neither the point nor the
 * value can become NaN.
 */
export function maximize(
  objective: Objective,
  start: readonly number[],
  maxIterations: number,
): Maximum {
  let point = start;
  let { value, gradient } = objective(point);
  let inverseHessian = identity(start.length, 1 / Math.max(1, largest(gradient)));
  for (let iterations = 0; ; iterations++) {
    const converged = largest(gradient) <= gradientTolerance;
    if (converged || iterations === maxIterations) return { point, value, iterations, converged };

    const direction = inverseHessian.map((row) => dot(row, gradient));
    const next = searchAlong(objective, point, value, direction, dot(direction, gradient));
    // No ascent is left that floating point can see: done, if the gradient is all but gone.
    if (!next) return { point, value, iterations, converged: largest(gradient) <= 1e-6 };

    const step = next.point.map((p, i) => p - at(point, i));
    const change = next.gradient.map((g, i) => at(gradient, i) - g);
    inverseHessian = update(inverseHessian, step, change, iterations === 0);
    ({ point, value, gradient } = next);
  }
}

/**
 * Halves the step until it keeps enough of the slope's promise. Near the maximum that promise
 * drowns in the rounding error of the value; there the slope decides, which must have shrunk
 * (the approximate Wolfe condition of Hager and Zhang 2005).
 */
function searchAlong(
  objective: Objective,
  point: readonly number[],
  value: number,
  direction: readonly number[],
  slope: number,
) {
  const rounding = 1e-10 * Math.max(1, Math.abs(value));
  for (let halvings = 0, length = 1; halvings < maxHalvings; halvings++, length /= 2) {
    const candidate = point.map((p, i) => p + length * at(direction, i));
    const there = objective(candidate);
    if (!Number.isFinite(there.value) || !there.gradient.every(Number.isFinite)) continue;
    const increase = there.value - value;
    const slopeThere = Math.abs(dot(there.gradient, direction));
    const enough =
      increase >= sufficientIncrease * length * slope ||
      (increase >= -rounding && slopeThere <= (1 - 2 * sufficientIncrease) * slope);
    if (enough) return { point: candidate, ...there };
  }
  return undefined;
}

/** BFGS update of the inverse Hessian; unchanged where the function does not curve down. */
function update(
  inverseHessian: number[][],
  step: readonly number[],
  change: readonly number[],
  first: boolean,
): number[][] {
  const curvature = dot(step, change);
  if (!(curvature > 1e-12 * Math.sqrt(dot(step, step) * dot(change, change))))
    return inverseHessian;
  // The first step tells the scale of the problem (Nocedal and Wright, eq. 6.20).
  const H = first ? identity(step.length, curvature / dot(change, change)) : inverseHessian;
  const Hy = H.map((row) => dot(row, change));
  const factor = (1 + dot(change, Hy) / curvature) / curvature;
  return H.map((row, i) =>
    row.map(
      (h, j) =>
        h +
        factor * at(step, i) * at(step, j) -
        (at(Hy, i) * at(step, j) + at(step, i) * at(Hy, j)) / curvature,
    ),
  );
}

export const dot = (u: readonly number[], v: readonly number[]): number =>
  u.reduce((sum, value, i) => sum + value * at(v, i), 0);

const largest = (v: readonly number[]): number => Math.max(...v.map(Math.abs));

const identity = (size: number, scale: number): number[][] =>
  Array.from({ length: size }, (_, i) =>
    Array.from({ length: size }, (_, j) => (i === j ? scale : 0)),
  );
