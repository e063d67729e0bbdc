import { at } from './at.ts';

/** Pearson's correlation; `undefined` when either side does not vary. */
export function correlation(u: Float64Array, v: Float64Array): number | undefined {
  const [du, dv] = [deviations(u), deviations(v)];
  const norm = Math.sqrt(sum(du.map((d) => d * d))) * Math.sqrt(sum(dv.map((d) => d * d)));
  return norm > 0 ? sum(du.map((d, i) => d * at(dv, i))) / norm : undefined;
}

/** From the mean, which is taken relative to the first value so that constants deviate by 0. */
function deviations(values: Float64Array): Float64Array {
  const fromFirst = values.map((value) => value - at(values, 0));
  const middle = mean(fromFirst);
  return fromFirst.map((d) => d - middle);
}

/** Arithmetic mean; 0 of nothing. */
export const mean = (values: Float64Array): number =>
  values.length > 0 ? sum(values) / values.length : 0;

export const sum = (values: Float64Array): number => values.reduce((a, b) => a + b, 0);
