import { epochDay } from '@triad/shared/clock/epoch-day.ts';
import type { Params } from '@triad/shared/contracts/json.ts';
import { parseInput } from '@triad/shared/errors/parse-input.ts';
import type { Learner } from '../learner.ts';
import { fitClv } from './learner.ts';
import { parseClvModel } from './model.ts';
import { type ClvParams, clvParams } from './params.ts';
import { predictClv } from './predict.ts';

/** Buys every other month, the last time a month ago. */
const canaryDaysAgo = [210, 150, 90, 30];

/** The learner `clv`: BG/NBD and Gamma-Gamma. */
export const clvLearner: Learner = {
  name: 'clv',
  train(orders, runDate, params) {
    const { model, metrics, holdoutTable, notes } = fitClv(orders, paramsOf(runDate, params));
    const tables = holdoutTable.length > 0 ? { holdout: holdoutTable } : {};
    return { model, metrics, tables, notes };
  },
  canary(runDate) {
    const day = epochDay(runDate);
    return {
      customers: ['canary'],
      customer: new Int32Array(canaryDaysAgo.length),
      day: Int32Array.from(canaryDaysAgo, (ago) => day - ago),
      amount: Float64Array.from(canaryDaysAgo, () => 50),
    };
  },
  predict(model, orders, runDate, params) {
    const { id_customer: customers, ...columns } = predictClv(
      parseClvModel(model),
      orders,
      paramsOf(runDate, params),
    );
    return { customers, columns };
  },
};

/** A run's parameters are for all its steps; the learner takes its own. */
function paramsOf(runDate: string, params: Params): ClvParams {
  const own = Object.entries(params).filter(([name]) => name in clvParams.shape);
  return parseInput(clvParams, { ...Object.fromEntries(own), run_date: runDate }, 'params of clv');
}
