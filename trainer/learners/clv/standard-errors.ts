import { at } from './at.ts';
import type { Objective } from './maximize.ts';

/**
 * Asymptotic standard errors of positive parameters at the maximum of a log-likelihood, from the
 * inverse of the observed information. The information is taken in the logarithms of the
 * parameters, by central differences of the analytic gradient, and brought back by the delta
 * method. `undefined` where the likelihood is flat in some direction, so that no error is defined.
 */
export function standardErrors(
  logLikelihood: Objective,
  parameters: readonly number[],
): number[] | undefined {
  const gradientInLogs = (index: number, shift: number): number[] => {
    const shifted = parameters.map((p, i) => (i === index ? p * Math.exp(shift) : p));
    return logLikelihood(shifted).gradient.map((g, i) => g * at(shifted, i));
  };
  const h = 1e-4;
  const columns = parameters.map((_, j) => {
    const above = gradientInLogs(j, h);
    return gradientInLogs(j, -h).map((below, i) => (below - at(above, i)) / (2 * h));
  });
  const information = columns.map((column, j) =>
    column.map((value, i) => (value + at(columns[i] ?? [], j)) / 2),
  );
  const covariance = invertPositiveDefinite(information);
  return covariance?.map((row, i) => at(parameters, i) * Math.sqrt(at(row, i)));
}

/** Gauss-Jordan without pivoting, which is safe here: every pivot is positive, or we give up. */
function invertPositiveDefinite(matrix: readonly (readonly number[])[]): number[][] | undefined {
  const size = matrix.length;
  const rows = matrix.map((row, i) => [...row, ...row.map((_, j) => (i === j ? 1 : 0))]);
  for (const [k, pivotRow] of rows.entries()) {
    const pivot = at(pivotRow, k);
    if (!(pivot > 1e-10 * at(matrix[k] ?? [], k))) return undefined;
    pivotRow.forEach((value, j) => {
      pivotRow[j] = value / pivot;
    });
    for (const row of rows) {
      if (row === pivotRow) continue;
      const factor = at(row, k);
      row.forEach((value, j) => {
        row[j] = value - factor * at(pivotRow, j);
      });
    }
  }
  return rows.map((row) => row.slice(size));
}
