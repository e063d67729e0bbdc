import beta from '@stdlib/random-base-beta';
import exponential from '@stdlib/random-base-exponential';
import gamma from '@stdlib/random-base-gamma';
import mt19937 from '@stdlib/random-base-mt19937';
import { z } from 'zod';
import { epochDay, isoDateOf } from '../clock/epoch-day.ts';
import { isoDate } from '../contracts/dates.ts';
import { parseInput } from '../errors/parse-input.ts';

const daysPerWeek = 7;

/**
 * The parameters the simulated customers are drawn from: BG/NBD in weeks, Gamma-Gamma in currency
 * units. Those who stay active buy every 10 weeks on average, a repeat purchase is the last with
 * probability 0.24, and the mean spend is p v / (q − 1) = 60.
 */
export const trueParameters = {
  bgNbd: { r: 0.6, alpha: 6, a: 0.8, b: 2.5 },
  gammaGamma: { p: 6, q: 4, v: 30 },
} as const;

const positive = z.number().positive().max(1e6);

const bgNbdParameters = z.strictObject({ r: positive, alpha: positive, a: positive, b: positive });
type BgNbdParameters = z.output<typeof bgNbdParameters>;

const simulation = z.strictObject({
  customers: z.int().min(1).max(100_000_000),
  seed: z.int().min(1).max(4_294_967_295).default(1),
  /** First day of the window. */
  start_date: isoDate.default('2023-01-01'),
  /** Length of the window; no order lies after it. Two years by default. */
  window_days: z.int().min(1).max(36_500).default(730),
  /** First purchases spread evenly over the first days of the window; a year by default. */
  acquisition_days: z.int().min(1).default(365),
  bgNbd: bgNbdParameters.default(trueParameters.bgNbd),
  gammaGamma: z
    .strictObject({ p: positive, q: positive, v: positive })
    .default(trueParameters.gammaGamma),
});

export type Simulation = z.input<typeof simulation>;

export interface SimulatedOrder {
  id_customer: string;
  /** `YYYY-MM-DD` */
  order_date: string;
  /** At least 0.01, with two decimals. */
  sales_ar: number;
}

/**
 * Orders of customers who behave exactly as BG/NBD and Gamma-Gamma assume, by ascending date. The
 * same arguments always give the same orders.
 *
 * Each customer buys at rate λ ~ Gamma(r, alpha) per week, is lost after any repeat purchase with
 * probability p ~ Beta(a, b) (Fader, Hardie and Lee 2005), and spends Gamma(p, ν) per order with
 * ν ~ Gamma(q, v) (Fader and Hardie 2013).
 *
 * @throws INPUT_INVALID
 */
export function* simulateOrders(input: Simulation): Generator<SimulatedOrder> {
  const { customers, seed, start_date, window_days, acquisition_days, bgNbd, gammaGamma } =
    parseInput(simulation, input, 'order simulation');
  const draw = distributions(seed);
  const ordersOfDay: SimulatedOrder[][] = Array.from({ length: window_days }, () => []);
  const firstDay = epochDay(start_date);
  const idWidth = String(customers).length;

  for (let n = 1; n <= customers; n++) {
    const id_customer = `C${String(n).padStart(idWidth, '0')}`;
    const spendRate = draw.gamma(gammaGamma.q, gammaGamma.v);
    const firstPurchase = draw.uniform() * Math.min(acquisition_days, window_days);
    for (const time of purchaseTimes(draw, bgNbd, firstPurchase, window_days)) {
      const day = Math.floor(time);
      const sales_ar = roundToCents(draw.gamma(gammaGamma.p, spendRate));
      ordersOfDay[day]?.push({ id_customer, order_date: isoDateOf(firstDay + day), sales_ar });
    }
  }
  for (const orders of ordersOfDay) yield* orders;
}

/** Purchase times of one new customer, in days before `end`. The first is never the last by chance. */
function* purchaseTimes(
  draw: Distributions,
  { r, alpha, a, b }: BgNbdParameters,
  first: number,
  end: number,
): Generator<number> {
  const ratePerDay = draw.gamma(r, alpha) / daysPerWeek;
  const dropout = draw.beta(a, b);
  let isLost = false;
  for (let time = first; time < end && !isLost; time += draw.exponential(ratePerDay)) {
    yield time;
    isLost = time > first && draw.uniform() < dropout;
  }
}

type Distributions = ReturnType<typeof distributions>;

/** Each distribution has a stream of its own, so that none is a function of another. */
function distributions(seed: number) {
  const integer = mt19937.factory({ seed: [seed, 1] });
  return {
    /** Uniform on [0, 1). */
    uniform: () => integer() / 2 ** 32,
    gamma: gamma.factory({ seed: [seed, 2] }),
    beta: beta.factory({ seed: [seed, 3] }),
    exponential: exponential.factory({ seed: [seed, 4] }),
  };
}

const roundToCents = (amount: number): number => Math.max(1, Math.round(amount * 100)) / 100;
