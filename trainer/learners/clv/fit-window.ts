import { isoDateOf } from '@triad/shared/clock/epoch-day.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import { type BgNbdFit, fitBgNbd } from './bg-nbd.ts';
import { defined, type Metrics, prefixed } from './metrics.ts';
import type { PurchaseDays } from './purchase-days.ts';
import { fitSpend, type SpendFit } from './spend.ts';
import { type CustomerSummaries, summarize } from './summarize.ts';

/** Both models, fitted to one observation window. */
export interface WindowFit {
  summaries: CustomerSummaries;
  bgNbd: BgNbdFit;
  spend: SpendFit;
  repeatBuyers: number;
}

/** Below this the estimates are so uncertain that a note says so. */
const fewRepeatBuyers = 50;

/**
 * Fits BG/NBD and the spend to all that customers did up to `endDay`.
 *
 * @throws CLV_TOO_FEW_CUSTOMERS with fewer than 2, CLV_NO_REPEAT_BUYERS, CLV_NOT_CONVERGED
 */
export function fitWindow(
  purchases: PurchaseDays,
  endDay: number,
  daysPerPeriod: number,
  maxIterations: number,
): WindowFit {
  const summaries = summarize(purchases, endDay, daysPerPeriod);
  const customers = summaries.x.length;
  const repeatBuyers = summaries.x.filter((x) => x > 0).length;
  const endDate = isoDateOf(endDay);
  if (customers < 2) throw new TriadError('CLV_TOO_FEW_CUSTOMERS', { customers, endDate });
  if (repeatBuyers === 0) throw new TriadError('CLV_NO_REPEAT_BUYERS', { customers, endDate });
  return {
    summaries,
    bgNbd: fitBgNbd(summaries, maxIterations),
    spend: fitSpend(summaries, purchases, endDay, maxIterations),
    repeatBuyers,
  };
}

/** Flat metrics of a fit: `bg_nbd.*`, and `gamma_gamma.*` or `spend.mean`. */
export function metricsOf({ summaries, bgNbd, spend, repeatBuyers }: WindowFit): Metrics {
  const { gammaGamma, model, excluded, frequencyCorrelation } = spend;
  return {
    ...prefixed('bg_nbd', {
      ...bgNbd.parameters,
      log_likelihood: bgNbd.logLikelihood,
      iterations: bgNbd.iterations,
      customers: summaries.x.length,
      repeat_buyers: repeatBuyers,
    }),
    ...prefixed('gamma_gamma', {
      ...(gammaGamma && {
        ...gammaGamma.parameters,
        log_likelihood: gammaGamma.logLikelihood,
        iterations: gammaGamma.iterations,
        customers: gammaGamma.customers,
      }),
      excluded_customers: excluded,
      ...defined('frequency_correlation', frequencyCorrelation),
    }),
    ...defined('spend.mean', model.kind === 'mean' ? model.mean : undefined),
  };
}

/** What a reader of the fit should know, in sentences. */
export function notesOf({ bgNbd, spend, repeatBuyers }: WindowFit): string[] {
  const few = `Only ${repeatBuyers} customers bought again; the estimates are very uncertain.`;
  return [
    ...(repeatBuyers < fewRepeatBuyers ? [few] : []),
    ...bgNbd.atEdge.map(
      (name) => `BG/NBD: ${name} is at the edge of its range, where the likelihood is flat.`,
    ),
    ...spend.notes,
  ];
}
