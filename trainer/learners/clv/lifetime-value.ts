import type { BgNbdParameters } from './bg-nbd.ts';
import { expectedPurchasesIfAlive } from './bg-nbd-expectations.ts';

const daysPerYear = 365;

/** What a lifetime is counted over. */
export interface Horizon {
  /** Whole periods ahead. */
  periods: number;
  daysPerPeriod: number;
  /** Per year. */
  discountRate: number;
}

/**
 * Expected purchases of a customer over the horizon, given that they are alive at T, and the same
 * with each purchase discounted to now. P(alive) times the expected spend turns the second into
 * the lifetime value:
 *
 *   CLV = E[spend] · Σ_i (E[X(T, T + i)] − E[X(T, T + i − 1)]) / (1 + d)^(i · years per period)
 *
 * This is the discrete sum of the R package BTYD's and Python's lifetimes
 * (`customer_lifetime_value`), where the purchases of a step are paid for at its end. Their steps
 * are months with a monthly rate; ours are periods with a yearly rate, compounded.
 */
export function purchasesOverHorizon(
  parameters: BgNbdParameters,
  { periods, daysPerPeriod, discountRate }: Horizon,
  x: number,
  T: number,
): { expected: number; discounted: number } {
  const discountPerPeriod = (1 + discountRate) ** (-daysPerPeriod / daysPerYear);
  let expected = 0;
  let discounted = 0;
  for (let period = 1; period <= periods; period++) {
    // Expectations grow with time; only their rounding errors may say otherwise.
    const next = Math.max(expected, expectedPurchasesIfAlive(parameters, period, x, T));
    discounted += (next - expected) * discountPerPeriod ** period;
    expected = next;
  }
  return { expected, discounted };
}
