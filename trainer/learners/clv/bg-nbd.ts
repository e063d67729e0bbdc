import { at } from './at.ts';
import { bgNbdLogLikelihood } from './bg-nbd-likelihood.ts';
import { fitByMaximumLikelihood, type LikelihoodFit } from './maximum-likelihood.ts';
import { type FrequencyGroup, groupHistories } from './purchase-histories.ts';
import type { CustomerSummaries } from './summarize.ts';

/**
 * The BG/NBD model of Fader, Hardie and Lee (2005): a customer buys at rate λ ~ Gamma(r, alpha)
 * and drops out after any repeat purchase with probability p ~ Beta(a, b). `alpha` is in periods.
 */
export interface BgNbdParameters {
  r: number;
  alpha: number;
  a: number;
  b: number;
}

export interface BgNbdFit extends Omit<LikelihoodFit, 'parameters' | 'standardErrors'> {
  parameters: BgNbdParameters;
  standardErrors?: BgNbdParameters;
}

/**
 * Fits BG/NBD by maximum likelihood. At least one customer must have bought again.
 *
 * @throws CLV_NOT_CONVERGED
 */
export function fitBgNbd(summaries: CustomerSummaries, maxIterations: number): BgNbdFit {
  const groups = groupHistories(summaries);
  const rate = repeatsPerPeriod(groups);
  const fit = fitByMaximumLikelihood({
    model: 'BG/NBD',
    logLikelihood: bgNbdLogLikelihood(groups),
    observations: summaries.x.length,
    // Powers are those of r, alpha, a and b.
    coordinates: [
      { name: 'r / alpha', lower: 1e-4 * rate, upper: 1e4 * rate, powers: [1, 0, 0, 0] },
      // Purchases are dated by the day: a scale of 15 minutes is as good as none.
      {
        name: 'alpha',
        lower: 0.01 / summaries.daysPerPeriod,
        upper: 1e4 / rate,
        powers: [1, 1, 0, 0],
      },
      { name: 'a / b', lower: 1e-7, upper: 1e4, powers: [0, 0, 1, 0] },
      { name: 'b', lower: 1e-3, upper: 1e4, powers: [0, 0, 1, 1] },
    ],
    // Those still active buy more often than all on average; some, hardly any or many drop out.
    starts: [
      [2 * rate, 0.25 / rate, 0.25, 4],
      [rate, 1 / rate, 0.001, 4],
      [4 * rate, 0.1 / rate, 1, 1],
    ],
    maxIterations,
  });
  const { standardErrors, ...rest } = fit;
  return {
    ...rest,
    parameters: named(fit.parameters),
    ...(standardErrors && { standardErrors: named(standardErrors) }),
  };
}

const named = (values: readonly number[]): BgNbdParameters => ({
  r: at(values, 0),
  alpha: at(values, 1),
  a: at(values, 2),
  b: at(values, 3),
});

/** Repeat purchases per observed time of all customers together. */
function repeatsPerPeriod(groups: readonly FrequencyGroup[]): number {
  let repeats = 0;
  let time = 0;
  for (const { x, customers, histories } of groups) {
    repeats += x * customers;
    for (const { T, customers: n } of histories) time += T * n;
  }
  return repeats / time;
}
