import { TriadError } from '@triad/shared/errors/triad-error.ts';
import { at } from './at.ts';
import { dot, type Maximum, maximize, type Objective } from './maximize.ts';
import { standardErrors } from './standard-errors.ts';

/**
 * What the search moves along: a positive quantity, the range it is sought in, and the powers of
 * it that enter each parameter. A good choice of coordinates has separate effects on the data,
 * where parameters, such as those of a ratio, often have but one together.
 */
export interface Coordinate {
  /** For messages, such as "rate r / alpha". */
  name: string;
  lower: number;
  upper: number;
  /** parameter i = Π_j coordinate j ** powers[i] of coordinate j */
  powers: readonly number[];
}

export interface LikelihoodProblem {
  /** For messages, such as "BG/NBD". */
  model: string;
  /** Of all observations; value and gradient in the parameters themselves. */
  logLikelihood: Objective;
  observations: number;
  coordinates: readonly Coordinate[];
  /** Coordinates to start from, tried in order until one leads to a maximum within the ranges. */
  starts: readonly (readonly number[])[];
  maxIterations: number;
}

export interface LikelihoodFit {
  parameters: readonly number[];
  /** Missing where the likelihood is too flat for them to be defined. */
  standardErrors?: readonly number[];
  logLikelihood: number;
  iterations: number;
  /** Coordinates that ended at the edge of their range, where the likelihood is flat. */
  atEdge: string[];
}

/**
 * Fits positive parameters by maximum likelihood. The search runs in the logarithms of the
 * coordinates, bent by a tanh so that they stay within their ranges: a likelihood that rises for
 * ever, as when a population is homogeneous, then ends at the edge instead of at infinity.
 *
 * @throws CLV_NOT_CONVERGED when no start leads to any in `maxIterations` steps
 */
export function fitByMaximumLikelihood(problem: LikelihoodProblem): LikelihoodFit {
  const { model, logLikelihood, observations, coordinates, starts, maxIterations } = problem;
  const bends = coordinates.map(bendOf);
  const locate = (point: readonly number[]): number[] => bends.map((b, j) => b.value(at(point, j)));
  const parametersAt = (point: readonly number[]): number[] =>
    productsOfPowers(coordinates, locate(point));
  const meanLogLikelihood: Objective = (point) => {
    const parameters = parametersAt(point);
    const { value, gradient } = logLikelihood(parameters);
    const byLog = gradient.map((g, i) => (g * at(parameters, i)) / observations);
    return {
      value: value / observations,
      gradient: coordinates.map(
        ({ powers }, j) => dot(powers, byLog) * (bends[j]?.slopeOfLog(at(point, j)) ?? 0),
      ),
    };
  };

  const edgesOf = ({ point }: Maximum): string[] =>
    coordinates.filter((range, j) => isAtEdge(range, at(locate(point), j))).map(({ name }) => name);
  let best: Maximum | undefined;
  for (const start of starts) {
    const origin = bends.map((bend, j) => bend.inverse(at(start, j)));
    const maximum = maximize(meanLogLikelihood, origin, maxIterations);
    if (!maximum.converged || (best && maximum.value <= best.value)) continue;
    best = maximum;
    // At an edge the likelihood is flat, which may hide a higher maximum inside.
    if (edgesOf(best).length === 0) break;
  }
  if (!best) {
    throw new TriadError('CLV_NOT_CONVERGED', { model, starts: starts.length, maxIterations });
  }

  const parameters = parametersAt(best.point);
  const atEdge = edgesOf(best);
  const errors = atEdge.length === 0 ? standardErrors(logLikelihood, parameters) : undefined;
  return {
    parameters,
    ...(errors && { standardErrors: errors }),
    logLikelihood: logLikelihood(parameters).value,
    iterations: best.iterations,
    atEdge,
  };
}

const productsOfPowers = (coordinates: readonly Coordinate[], values: readonly number[]) =>
  values.map((_, i) =>
    coordinates.reduce((p, { powers }, j) => p * at(values, j) ** at(powers, i), 1),
  );

/**
 * The map between an unbounded u and a value within its range,
 * ln(value) = middle + half · tanh(u / half), which is ln(value) = middle + u near u = 0.
 */
function bendOf({ lower, upper }: Coordinate) {
  const middle = Math.log(lower * upper) / 2;
  const half = Math.log(upper / lower) / 2;
  return {
    value: (u: number): number => Math.exp(middle + half * Math.tanh(u / half)),
    /** d ln(value) / d u */
    slopeOfLog: (u: number): number => 1 / Math.cosh(u / half) ** 2,
    inverse: (value: number): number => half * Math.atanh((Math.log(value) - middle) / half),
  };
}

const isAtEdge = ({ lower, upper }: Coordinate, value: number): boolean =>
  value < lower * 1.1 || value > upper / 1.1;
