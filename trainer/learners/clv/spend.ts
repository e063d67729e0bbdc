import { at } from './at.ts';
import { expectedSpend, fitGammaGamma, type GammaGammaFit, groupSpend } from './gamma-gamma.ts';
import type { SpendModel } from './model.ts';
import type { PurchaseDays } from './purchase-days.ts';
import { correlation, mean } from './statistics.ts';
import type { CustomerSummaries } from './summarize.ts';

/** Gamma-Gamma has three parameters; fewer repeat buyers than this cannot tell them apart. */
const minimumSpenders = 10;

export interface SpendFit {
  model: SpendModel;
  gammaGamma?: GammaGammaFit;
  /** Repeat buyers whose mean spend is not positive; Gamma-Gamma leaves them out. */
  excluded: number;
  /** Of x and mean spend, which Gamma-Gamma assumes to be independent. */
  frequencyCorrelation: number | undefined;
  notes: string[];
}

/**
 * Fits the spend of the summarized customers. Where Gamma-Gamma cannot be had, the mean of all
 * their purchases up to `endDay` stands in for every customer, and a note says why.
 */
export function fitSpend(
  summaries: CustomerSummaries,
  purchases: PurchaseDays,
  endDay: number,
  maxIterations: number,
): SpendFit {
  const groups = groupSpend(summaries);
  const spenders = groups.flatMap(({ x, means }) => means.map((spend) => ({ x, spend })));
  const about = {
    excluded: summaries.x.filter((x) => x > 0).length - spenders.length,
    frequencyCorrelation: correlation(
      Float64Array.from(spenders, ({ x }) => x),
      Float64Array.from(spenders, ({ spend }) => spend),
    ),
  };
  const fallback = (reason: string): SpendFit => ({
    ...about,
    model: { kind: 'mean', mean: Math.max(0, mean(amountsUntil(purchases, endDay))) },
    notes: [`Gamma-Gamma is replaced by the mean spend of all purchases: ${reason}.`],
  });

  if (spenders.length < minimumSpenders) {
    return fallback(
      `${spenders.length} repeat buyers have positive spend, and it needs ${minimumSpenders}`,
    );
  }
  const gammaGamma = fitGammaGamma(groups, maxIterations);
  const { parameters, standardErrors, atEdge } = gammaGamma;
  if (parameters.q <= 1) {
    return fallback(`its mean spend is infinite, as q = ${parameters.q.toFixed(3)} ≤ 1`);
  }
  return {
    ...about,
    model: { kind: 'gamma_gamma', parameters, ...(standardErrors && { standardErrors }) },
    gammaGamma,
    notes: atEdge.map(
      (name) => `Gamma-Gamma: ${name} is at the edge of its range, where the likelihood is flat.`,
    ),
  };
}

/** Expected mean spend per purchase of a customer with x repeat purchases of mean `monetary`. */
export function spendOf(model: SpendModel, x: number, monetary: number): number {
  return model.kind === 'mean' ? model.mean : expectedSpend(model.parameters, x, monetary);
}

const amountsUntil = ({ day, amount }: PurchaseDays, endDay: number): Float64Array =>
  amount.filter((_, row) => at(day, row) <= endDay);
