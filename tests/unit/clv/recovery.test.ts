import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { trueParameters } from '@triad/shared/simulate/simulate-orders.ts';
import { fitClv } from '../../../trainer/learners/clv/learner.ts';
import { clvParams } from '../../../trainer/learners/clv/params.ts';
import { simulatedHistory } from '../../harness/clv/simulated-orders.ts';

describe('training on 10,000 simulated customers', () => {
  const { orders, runDate } = simulatedHistory({ customers: 10_000, seed: 11 });
  const { model, metrics, holdoutTable, notes } = fitClv(
    orders,
    clvParams.parse({ run_date: runDate }),
  );

  /**
   * Four standard errors, which a right estimate exceeds once in 16,000 times, and 4 % for what
   * dating purchases by the day does to those of frequent buyers: two on one day become one.
   */
  const assertRecovered = (
    truth: Record<string, number>,
    found: Record<string, number>,
    errors: Record<string, number> | undefined,
  ) => {
    for (const [name, value] of Object.entries(truth)) {
      const tolerance = 4 * (errors?.[name] ?? Number.NaN) + 0.04 * value;
      const difference = Math.abs((found[name] ?? Number.NaN) - value);
      assert.ok(difference <= tolerance, `${name} is ${found[name]}, truly ${value}`);
      assert.ok(tolerance < 0.5 * value, `the tolerance ${tolerance} of ${name} proves nothing`);
    }
  };

  test('recovers the true BG/NBD parameters', () => {
    assertRecovered(trueParameters.bgNbd, model.bgNbd.parameters, model.bgNbd.standardErrors);
  });

  test('recovers the true Gamma-Gamma parameters', () => {
    assert.ok(model.spend.kind === 'gamma_gamma');
    const { parameters, standardErrors } = model.spend;
    assertRecovered(trueParameters.gammaGamma, parameters, standardErrors);
  });

  test('holds out the last third by default and forecasts it without bias', () => {
    assert.equal(metrics['holdout.weeks'], 34);
    assert.equal(metrics['bg_nbd.r'], metrics['final.bg_nbd.r']);
    assert.ok(Math.abs(metrics['holdout.aggregate_error'] ?? Number.NaN) < 0.05);
    assert.equal(
      holdoutTable.reduce((n, { customers }) => n + customers, 0),
      metrics['holdout.customers'],
    );
    assert.deepEqual(notes, []);
  });
});
