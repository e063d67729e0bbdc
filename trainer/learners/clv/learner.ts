import { epochDay, isoDateOf } from '@triad/shared/clock/epoch-day.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import type { OrderHistory } from '../order-history.ts';
import { evaluateHoldout, type HoldoutEvaluation, type HoldoutRow } from './evaluate-holdout.ts';
import { fitWindow, metricsOf, notesOf, type WindowFit } from './fit-window.ts';
import { type Metrics, prefixed } from './metrics.ts';
import type { ClvModel } from './model.ts';
import type { ClvParams } from './params.ts';
import { collapsePurchaseDays, type PurchaseDays } from './purchase-days.ts';
import { chooseWindow, type EvaluationWindow } from './windows.ts';

export interface ClvTraining {
  /** Fitted to all orders up to the run date. */
  model: ClvModel;
  /**
   * `bg_nbd.*` and `gamma_gamma.*` are of the calibration fit when a calibration window was asked
   * for, otherwise of the model; `final.*` are always of the model; `holdout.*` of the evaluation.
   */
  metrics: Metrics;
  /** Empty without a holdout. */
  holdoutTable: HoldoutRow[];
  /** Fallbacks taken and doubts, in sentences. */
  notes: string[];
}

/** The calibration fit and how it fared, as far as there is a holdout. */
interface Trial {
  calibration?: WindowFit;
  holdout?: HoldoutEvaluation;
  notes: string[];
}

/**
 * Trains the lifetime value model: BG/NBD for purchases and Gamma-Gamma for spend, judged on a
 * holdout and then refitted to all orders up to `run_date`. Later orders are ignored.
 *
 * @throws TRAINING_DATA_EMPTY, TRAINING_DATA_INVALID, CLV_WINDOW_INVALID, CLV_TOO_FEW_CUSTOMERS,
 *   CLV_NO_REPEAT_BUYERS, CLV_NOT_CONVERGED
 */
export function fitClv(orders: OrderHistory, params: ClvParams): ClvTraining {
  const runDay = epochDay(params.run_date);
  const purchases = collapsePurchaseDays(orders, runDay);
  const fitUntil = (endDay: number): WindowFit =>
    fitWindow(purchases, endDay, params.days_per_period, params.max_iterations);

  const firstDay = purchases.day.reduce((first, day) => Math.min(first, day), runDay);
  const window = chooseWindow(params, firstDay);
  const trial: Trial = window
    ? tryOut(window, purchases, fitUntil)
    : { notes: ['No holdout evaluation: the history is shorter than 3 weeks.'] };
  const final = fitUntil(runDay);
  const headline = (window?.explicit && trial.calibration) || final;
  return {
    model: {
      schema: 'triad.clv',
      version: 1,
      runDate: params.run_date,
      daysPerPeriod: params.days_per_period,
      bgNbd: {
        parameters: final.bgNbd.parameters,
        ...(final.bgNbd.standardErrors && { standardErrors: final.bgNbd.standardErrors }),
        logLikelihood: final.bgNbd.logLikelihood,
      },
      spend: final.spend.model,
      trainedOn: {
        customers: final.summaries.x.length,
        repeatBuyers: final.repeatBuyers,
        purchases: purchases.day.length,
      },
    },
    metrics: {
      ...metricsOf(headline),
      ...prefixed('final', metricsOf(final)),
      ...prefixed('holdout', trial.holdout?.metrics ?? {}),
    },
    holdoutTable: trial.holdout?.table ?? [],
    notes: [...notesOf(final), ...trial.notes],
  };
}

function tryOut(
  window: EvaluationWindow,
  purchases: PurchaseDays,
  fitUntil: (endDay: number) => WindowFit,
): Trial {
  try {
    const calibration = fitUntil(window.calibrationEnd);
    const { summaries, bgNbd } = calibration;
    const cut = `The holdout ends on the run date, ${isoDateOf(window.holdoutEnd)}.`;
    return {
      calibration,
      holdout: evaluateHoldout(purchases, summaries, bgNbd.parameters, window),
      notes: [
        ...notesOf(calibration).map((note) => `Calibration: ${note}`),
        ...(window.cut ? [cut] : []),
      ],
    };
  } catch (error) {
    // A window that nobody asked for must not fail the training.
    if (window.explicit || !(error instanceof TriadError)) throw error;
    return { notes: [`No holdout evaluation: ${error.message}`] };
  }
}
