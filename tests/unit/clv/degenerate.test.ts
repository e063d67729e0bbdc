import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { epochDay, isoDateOf } from '@triad/shared/clock/epoch-day.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import fc from 'fast-check';
import { fitClv } from '../../../trainer/learners/clv/learner.ts';
import { parseClvModel } from '../../../trainer/learners/clv/model.ts';
import { clvParams } from '../../../trainer/learners/clv/params.ts';
import { predictClv } from '../../../trainer/learners/clv/predict.ts';
import { type Order, ordersOf } from '../../harness/clv/orders.ts';

const runDate = '2024-12-31';
const params = clvParams.parse({ run_date: runDate });
const daysBefore = (days: number): string => isoDateOf(epochDay(runDate) - days);

/** Trains and predicts; every number must be finite and in its range. */
function trainAndPredict(rows: Order[]) {
  const orders = ordersOf(rows);
  const training = fitClv(orders, params);
  for (const [name, value] of Object.entries(training.metrics)) {
    assert.ok(Number.isFinite(value), `${name} is ${value}`);
  }
  const model = parseClvModel(JSON.parse(JSON.stringify(training.model)));
  assert.deepEqual(model, training.model);
  const { id_customer, ...columns } = predictClv(model, orders, params);
  for (const [name, column] of Object.entries(columns)) {
    assert.ok(
      column.every((value) => Number.isFinite(value) && value >= 0),
      `${name}: ${column}`,
    );
  }
  return { ...training, predictions: { id_customer, ...columns } };
}

/** `customers` who each bought `purchases` times, `gap` days apart, for `amount`. */
const regulars = (customers: number, purchases: number, gap: number, amount = 10): Order[] =>
  Array.from({ length: customers * purchases }, (_, i) => [
    `c${i % customers}`,
    daysBefore(Math.floor(i / customers) * gap + 3),
    amount,
  ]);

describe('data that cannot be fitted', () => {
  test('nobody who bought again is a coded error', () => {
    assert.throws(() => trainAndPredict(regulars(50, 1, 1)), {
      code: 'CLV_NO_REPEAT_BUYERS',
      message: /None of the 50 customers .* 2024-12-31/,
    });
  });

  test('a single customer is a coded error', () => {
    assert.throws(() => trainAndPredict(regulars(1, 9, 20)), { code: 'CLV_TOO_FEW_CUSTOMERS' });
  });

  test('a calibration window without repeat buyers fails only when it was asked for', () => {
    const rows = [...regulars(20, 2, 5), ['old', daysBefore(200), 5] as const];
    const calibration_end = daysBefore(100);
    assert.throws(() => fitClv(ordersOf(rows), { ...params, calibration_end }), {
      code: 'CLV_TOO_FEW_CUSTOMERS',
    });
    const { notes, holdoutTable } = trainAndPredict(rows);
    assert.deepEqual(holdoutTable, []);
    assert.match(notes.join(' '), /No holdout evaluation: /);
  });
});

describe('data that can only be fitted in part', () => {
  test('zero spend is worth nothing, and a note says what replaced Gamma-Gamma', () => {
    const { predictions, notes, metrics } = trainAndPredict(regulars(40, 3, 30, 0));
    assert.ok(predictions.clv.every((value) => value === 0));
    assert.ok(predictions.expected_purchases.some((value) => value > 0));
    assert.equal(metrics['gamma_gamma.excluded_customers'], 40);
    assert.match(notes.join(' '), /replaced by the mean spend .*: 0 repeat buyers/);
  });

  test('too few spenders get the mean spend of all purchases', () => {
    const once = Array.from({ length: 6 }, (_, i): Order => [`once${i}`, daysBefore(60 + i), 40]);
    const { model, predictions } = trainAndPredict([...regulars(3, 2, 40, 10), ...once]);
    assert.deepEqual(model.spend, { kind: 'mean', mean: 25 });
    assert.ok(predictions.expected_value.every((value) => value === 25));
  });

  test('returns that outweigh the purchases do not make a value negative', () => {
    const { model } = trainAndPredict(regulars(40, 3, 30, -8));
    assert.deepEqual(model.spend, { kind: 'mean', mean: 0 });
  });

  test('a spend so heavy-tailed that its mean is infinite falls back to the observed mean', () => {
    // Quantiles of a Pareto distribution with the tail index 1/2.
    const rows = regulars(200, 2, 30).map(
      ([id, date], i): Order => [id, date, (((i % 200) + 0.5) / 200) ** -2],
    );
    const { model, notes } = trainAndPredict(rows);
    assert.equal(model.spend.kind, 'mean');
    assert.match(notes.join(' '), /its mean spend is infinite/);
  });
});

describe('data at the edge', () => {
  test('a population without differences is fitted at the edge of the ranges, with a note', () => {
    const { notes, predictions } = trainAndPredict(regulars(30, 12, 28));
    assert.match(notes.join(' '), /at the edge of its range/);
    assert.ok(predictions.expected_value.every((value) => Math.abs(value - 10) < 0.1));
  });

  test('one wholesaler among rare buyers is fitted like anyone', () => {
    trainAndPredict([...regulars(100, 2, 90), ...regulars(1, 300, 1, 1e6)]);
  });

  test('whatever small data comes, the answer is finite or a coded error of this learner', () => {
    const order = fc.tuple(
      fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l'),
      fc.integer({ min: 0, max: 500 }).map(daysBefore),
      fc.oneof(
        fc.constantFrom(0, 10, 0.01, -3, 1e6),
        fc.double({ min: -10, max: 1000, noNaN: true }),
      ),
    );
    const allowed = ['CLV_NO_REPEAT_BUYERS', 'CLV_TOO_FEW_CUSTOMERS'];
    fc.assert(
      fc.property(fc.array(order, { minLength: 1, maxLength: 60 }), (rows) => {
        try {
          trainAndPredict(rows);
        } catch (error) {
          if (!(error instanceof TriadError) || !allowed.includes(error.code)) throw error;
        }
      }),
      { numRuns: 150 },
    );
  });
});

test('a model of another version is refused by name', () => {
  const { model } = fitClv(ordersOf(regulars(30, 3, 28)), params);
  assert.throws(() => parseClvModel({ ...model, version: 2 }), {
    code: 'CONTRACT_VERSION_UNKNOWN',
    message: /Version 2 of CLV model /,
  });
});
