import digamma from '@stdlib/math-base-special-digamma';
import gammaln from '@stdlib/math-base-special-gammaln';
import { at } from './at.ts';
import type { Objective } from './maximize.ts';
import { fitByMaximumLikelihood, type LikelihoodFit } from './maximum-likelihood.ts';
import type { CustomerSummaries } from './summarize.ts';

/**
 * The Gamma-Gamma model of spend of Fader and Hardie (2013): an amount is Gamma(p, ν) and
 * ν ~ Gamma(q, v) across customers, both by shape and rate. `v` is in the currency of the data.
 */
export interface GammaGammaParameters {
  p: number;
  q: number;
  v: number;
}

export interface GammaGammaFit extends Omit<LikelihoodFit, 'parameters' | 'standardErrors'> {
  parameters: GammaGammaParameters;
  standardErrors?: GammaGammaParameters;
  customers: number;
}

/** A mean spend up to this counts as none, so that its logarithm and quotients stay finite. */
const negligibleSpend = 1e-100;

/** The mean spends of the customers with x repeat purchases. */
export interface SpendGroup {
  x: number;
  means: number[];
}

/** Repeat buyers with a positive mean spend, grouped by x. */
export function groupSpend({ x, monetary }: CustomerSummaries): SpendGroup[] {
  const groups = new Map<number, SpendGroup>();
  x.forEach((frequency, i) => {
    const mean = at(monetary, i);
    if (frequency === 0 || !(mean > negligibleSpend)) return;
    const group = groups.get(frequency);
    if (group) group.means.push(mean);
    else groups.set(frequency, { x: frequency, means: [mean] });
  });
  return [...groups.values()];
}

/**
 * The Gamma-Gamma log-likelihood of the mean spends as a function of [p, q, v], with its gradient:
 * eq. 1a of Fader and Hardie (2013), "The Gamma-Gamma Model of Monetary Value".
 */
export function gammaGammaLogLikelihood(groups: readonly SpendGroup[]): Objective {
  const constants = groups.map(({ x, means }) => ({
    x,
    means,
    sumOfLogs: means.reduce((sum, mean) => sum + Math.log(mean), 0),
  }));
  return ([p = 0, q = 0, v = 0]) => {
    const logV = Math.log(v);
    const atQ = { gammaln: gammaln(q), digamma: digamma(q) };
    let value = 0;
    let byP = 0;
    let byQ = 0;
    let byV = 0;
    for (const { x, means, sumOfLogs } of constants) {
      const n = means.length;
      const shape = p * x;
      let logs = 0;
      let inverses = 0;
      for (const mean of means) {
        logs += Math.log(x * mean + v);
        inverses += 1 / (x * mean + v);
      }
      const digammaOfSum = digamma(shape + q);
      value +=
        n * (gammaln(shape + q) - gammaln(shape) - atQ.gammaln + q * logV + shape * Math.log(x)) +
        (shape - 1) * sumOfLogs -
        (shape + q) * logs;
      byP += x * (n * (digammaOfSum - digamma(shape) + Math.log(x)) + sumOfLogs - logs);
      byQ += n * (digammaOfSum - atQ.digamma + logV) - logs;
      byV += (n * q) / v - (shape + q) * inverses;
    }
    return { value, gradient: [byP, byQ, byV] };
  };
}

/**
 * Fits Gamma-Gamma by maximum likelihood to the customers of the groups, of which there must be
 * one at least.
 *
 * @throws CLV_NOT_CONVERGED
 */
export function fitGammaGamma(groups: readonly SpendGroup[], maxIterations: number): GammaGammaFit {
  const means = groups.flatMap((group) => group.means);
  const scale = means.reduce((sum, mean) => sum + mean / means.length, 0);
  const fit = fitByMaximumLikelihood({
    model: 'Gamma-Gamma',
    logLikelihood: gammaGammaLogLikelihood(groups),
    observations: means.length,
    // Powers are those of p, q and v. The third is the typical spend: v itself says little.
    coordinates: [
      { name: 'p', lower: 1e-4, upper: 1e4, powers: [1, 0, -1] },
      { name: 'q', lower: 1e-4, upper: 1e4, powers: [0, 1, 1] },
      { name: 'p v / q', lower: 1e-4 * scale, upper: 1e4 * scale, powers: [0, 0, 1] },
    ],
    starts: [
      [2, 3, scale / 2],
      [10, 10, scale],
      [0.5, 2, scale / 2],
    ],
    maxIterations,
  });
  const { standardErrors, ...rest } = fit;
  return {
    ...rest,
    parameters: named(fit.parameters),
    ...(standardErrors && { standardErrors: named(standardErrors) }),
    customers: means.length,
  };
}

const named = (values: readonly number[]): GammaGammaParameters => ({
  p: at(values, 0),
  q: at(values, 1),
  v: at(values, 2),
});

/**
 * E[mean spend per purchase | x, monetary]: eq. 5 of Fader and Hardie (2013), a weighted average
 * of the customer's own mean and the population's, p v / (q − 1). Needs q > 1. A customer without
 * a repeat purchase of positive value is expected to spend as the population does.
 */
export function expectedSpend(
  { p, q, v }: GammaGammaParameters,
  x: number,
  monetary: number,
): number {
  const known = monetary > negligibleSpend ? x : 0;
  return (p * (v + known * monetary)) / (p * known + q - 1);
}
