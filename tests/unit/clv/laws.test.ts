import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { expectedPurchasesIfAlive } from '../../../trainer/learners/clv/bg-nbd-expectations.ts';
import { fitClv } from '../../../trainer/learners/clv/learner.ts';
import { purchasesOverHorizon } from '../../../trainer/learners/clv/lifetime-value.ts';
import { type ClvParams, clvParams } from '../../../trainer/learners/clv/params.ts';
import { predictClv } from '../../../trainer/learners/clv/predict.ts';
import { simulatedHistory } from '../../harness/clv/simulated-orders.ts';

const { orders, runDate } = simulatedHistory({ customers: 800, seed: 5 });
const withDefaults = (params: Partial<ClvParams> = {}) =>
  clvParams.parse({ run_date: runDate, ...params });
const { model } = fitClv(orders, withDefaults());

const near = (actual: number | undefined, expected: number | undefined, relative = 1e-6): void => {
  const [found, wanted] = [actual ?? Number.NaN, expected ?? Number.NaN];
  assert.ok(Math.abs(found - wanted) <= relative * Math.abs(wanted), `${found} is not ${wanted}`);
};
const nearAll = (actual: Float64Array, expected: Float64Array, factor = 1): void => {
  assert.equal(actual.length, expected.length);
  for (const [i, value] of actual.entries()) {
    near(value, (expected[i] ?? Number.NaN) * factor, 1e-5);
  }
};

describe('lifetime value', () => {
  const predict = (params: Partial<ClvParams> = {}) =>
    predictClv(model, orders, withDefaults(params));

  test('is a finite amount that is not negative, and P(alive) a probability', () => {
    const { p_alive, expected_purchases, expected_value, clv, id_customer } = predict();
    assert.equal(id_customer.length, 800);
    for (const column of [p_alive, expected_purchases, expected_value, clv]) {
      assert.equal(column.length, 800);
      assert.ok(column.every((value) => Number.isFinite(value) && value >= 0));
    }
    assert.ok(p_alive.every((value) => value <= 1));
  });

  test('grows with the horizon', () => {
    const horizons = [1, 4, 13, 52, 104].map((horizon) => predict({ horizon }).clv);
    for (const [i, longer] of horizons.slice(1).entries()) {
      assert.ok(longer.every((value, c) => value >= (horizons[i]?.[c] ?? Number.NaN)));
    }
  });

  test('falls with the discount rate, and without one is purchases times spend', () => {
    const free = predict({ discount_rate: 0 });
    assert.ok(predict().clv.every((value, c) => value <= (free.clv[c] ?? Number.NaN)));
    nearAll(
      free.clv,
      free.expected_purchases.map((n, c) => n * (free.expected_value[c] ?? Number.NaN)),
    );
  });

  test('discounts the purchases of each period from its end, compounding within the year', () => {
    const { parameters } = model.bgNbd;
    const horizon = { periods: 2, daysPerPeriod: 73, discountRate: 0.21 };
    const first = expectedPurchasesIfAlive(parameters, 1, 3, 5);
    const both = expectedPurchasesIfAlive(parameters, 2, 3, 5);
    const { expected, discounted } = purchasesOverHorizon(parameters, horizon, 3, 5);
    near(expected, both, 1e-12);
    near(discounted, first / 1.21 ** 0.2 + (both - first) / 1.21 ** 0.4, 1e-12);
  });

  test('of a model that counts in other periods is refused', () => {
    assert.throws(() => predict({ days_per_period: 30 }), {
      code: 'INPUT_INVALID',
      message: /days_per_period: 7, as the model was trained with/,
    });
  });
});

describe('units', () => {
  test('money: amounts times k give the same customers, worth k times as much', () => {
    const k = 1234.5;
    const scaled = { ...orders, amount: orders.amount.map((amount) => amount * k) };
    const other = fitClv(scaled, withDefaults()).model;
    assert.deepEqual(other.bgNbd, model.bgNbd);
    assert.ok(other.spend.kind === 'gamma_gamma' && model.spend.kind === 'gamma_gamma');
    near(other.spend.parameters.p, model.spend.parameters.p);
    near(other.spend.parameters.q, model.spend.parameters.q);
    near(other.spend.parameters.v, model.spend.parameters.v * k);
    const before = predictClv(model, orders, withDefaults());
    nearAll(predictClv(other, scaled, withDefaults()).clv, before.clv, k);
  });

  test('time: days instead of weeks change alpha alone', () => {
    const daily = withDefaults({ days_per_period: 1, horizon: 364 });
    const { parameters } = fitClv(orders, daily).model.bgNbd;
    near(parameters.r, model.bgNbd.parameters.r);
    near(parameters.alpha, model.bgNbd.parameters.alpha * 7);
    near(parameters.a, model.bgNbd.parameters.a);
    near(parameters.b, model.bgNbd.parameters.b);
    nearAll(
      predictClv(fitClv(orders, daily).model, orders, daily).expected_purchases,
      predictClv(model, orders, withDefaults({ horizon: 52 })).expected_purchases,
    );
  });
});
