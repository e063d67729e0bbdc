import { epochDay, isoDateOf } from '@triad/shared/clock/epoch-day.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import type { ClvParams } from './params.ts';

/** Share of the history that is held out when no window is asked for. */
const defaultHoldoutShare = 1 / 3;

/** Days are days since 1970-01-01; every window includes its end day. */
export interface EvaluationWindow {
  calibrationEnd: number;
  /** The holdout starts on the day after `calibrationEnd`. */
  holdoutEnd: number;
  /** Whether the parameters asked for this window, or it is the default. */
  explicit: boolean;
  /** Whether the holdout asked for ends after `run_date`, and is cut there. */
  cut: boolean;
}

/**
 * The calibration and holdout windows within `firstDay … run_date`. Without parameters, and with
 * a history shorter than three weeks, there is none.
 *
 * @throws CLV_WINDOW_INVALID when the calibration window asked for holds no day of the history, or
 *   leaves no day for the holdout
 */
export function chooseWindow(params: ClvParams, firstDay: number): EvaluationWindow | undefined {
  const runDay = epochDay(params.run_date);
  const { calibration_end, holdout_weeks } = params;
  const explicit = calibration_end !== undefined || holdout_weeks !== undefined;
  const defaultWeeks = Math.floor(((runDay - firstDay) * defaultHoldoutShare) / 7);
  const calibrationEnd =
    calibration_end === undefined
      ? runDay - 7 * (holdout_weeks ?? defaultWeeks)
      : epochDay(calibration_end);

  if (calibrationEnd >= firstDay && calibrationEnd < runDay) {
    const asked = holdout_weeks === undefined ? runDay : calibrationEnd + 7 * holdout_weeks;
    return { calibrationEnd, holdoutEnd: Math.min(asked, runDay), explicit, cut: asked > runDay };
  }
  if (!explicit) return undefined;
  throw new TriadError('CLV_WINDOW_INVALID', {
    calibrationEnd: isoDateOf(calibrationEnd),
    firstDay: isoDateOf(firstDay),
    runDate: params.run_date,
  });
}
