import { isoDate } from '@triad/shared/contracts/dates.ts';
import { z } from 'zod';

/** Parameters of the learner `clv`. A period is `days_per_period` days. */
export const clvParams = z.strictObject({
  /** End of the observation, inclusive; later orders are ignored. */
  run_date: isoDate,
  /**
   * Last day of the calibration window, on which the model that the holdout judges is fitted.
   * Default: `holdout_weeks` before `run_date`.
   */
  calibration_end: isoDate.optional(),
  /**
   * Length of the holdout after the calibration window, in weeks. Default: up to `run_date`; when
   * `calibration_end` is not given either, the last third of the history in whole weeks.
   */
  holdout_weeks: z.int().min(1).max(5200).optional(),
  /** Periods ahead that expected purchases and lifetime value cover. */
  horizon: z.int().min(1).max(1200).default(52),
  /** Per year, 0.1 being 10 %: money a year from now is worth 1 / 1.1 of money now. */
  discount_rate: z.number().min(0).max(10).default(0.1),
  /** The time unit of the models in days; 7 is the weeks in which the literature reports. */
  days_per_period: z.int().min(1).max(366).default(7),
  /** Quasi-Newton steps a fit may take from each of its starting points. */
  max_iterations: z.int().min(1).max(100_000).default(500),
});

export type ClvParams = z.output<typeof clvParams>;
