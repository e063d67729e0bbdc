import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fitClv } from '../../../trainer/learners/clv/learner.ts';
import { clvParams } from '../../../trainer/learners/clv/params.ts';
import { readCdnow } from '../../harness/clv/orders.ts';
import { realData } from '../../harness/real-data.ts';

const { path, skip } = realData('cdnow/CDNOW_sample.txt');

const params = clvParams.parse({
  run_date: '1998-06-30',
  calibration_end: '1997-09-30',
  holdout_weeks: 39,
});

describe('the CDNOW sample, calibrated on 39 weeks', { skip }, () => {
  const train = () => fitClv(readCdnow(path), params);

  test('gives the published BG/NBD and Gamma-Gamma estimates', () => {
    const { metrics } = train();
    const published = {
      'bg_nbd.r': 0.24259,
      'bg_nbd.alpha': 4.41353,
      'bg_nbd.a': 0.79292,
      'bg_nbd.b': 2.42592,
      'bg_nbd.log_likelihood': -9582.4292,
      'gamma_gamma.p': 6.25,
      'gamma_gamma.q': 3.74,
      'gamma_gamma.v': 15.44,
      'gamma_gamma.log_likelihood': -4055.92,
    };
    for (const [name, value] of Object.entries(published)) {
      const found = metrics[name] ?? Number.NaN;
      // The Gamma-Gamma estimates are published with two decimals.
      const rounding = name.startsWith('gamma') ? 0.005 : 0;
      const tolerance = Math.max(2e-5 * Math.abs(value), rounding);
      assert.ok(Math.abs(found - value) <= tolerance, `${name} is ${found}, published ${value}`);
    }
    assert.equal(metrics['bg_nbd.customers'], 2357);
    assert.equal(metrics['gamma_gamma.customers'], 946);
  });

  test('forecasts the holdout as published, and better than the naive forecasts', () => {
    const { metrics, holdoutTable } = train();
    assert.equal(metrics['holdout.purchases_actual'], 1882);
    assert.equal(metrics['holdout.correlation']?.toFixed(3), '0.626');
    const means = (column: 'actual' | 'predicted') =>
      holdoutTable.map((row) => row[column].toFixed(3)).join(' ');
    assert.deepEqual(
      holdoutTable.map(({ x }) => x),
      ['0', '1', '2', '3', '4', '5', '6', '7+'],
    );
    assert.equal(means('actual'), '0.237 0.697 1.393 1.560 2.532 2.947 3.862 6.359');
    assert.equal(means('predicted'), '0.225 0.523 1.044 1.520 2.164 2.654 3.504 6.157');
    for (const naive of ['naive_rate', 'naive_mean']) {
      for (const error of ['mae', 'rmse']) {
        assert.ok(
          (metrics[`holdout.${error}`] ?? Number.NaN) <
            (metrics[`holdout.${naive}.${error}`] ?? Number.NaN),
          `${error} of ${naive}`,
        );
      }
    }
  });

  test('yields a model of all 78 weeks, and says so under final', () => {
    const { model, metrics } = train();
    assert.equal(model.runDate, '1998-06-30');
    assert.equal(model.bgNbd.parameters.r, metrics['final.bg_nbd.r']);
    assert.notEqual(metrics['final.bg_nbd.r'], metrics['bg_nbd.r']);
    assert.equal(metrics['final.bg_nbd.repeat_buyers'], 1139);
    assert.deepEqual(model.trainedOn, { customers: 2357, repeatBuyers: 1139, purchases: 6696 });
  });

  test('has the standard errors that differences of the likelihood give in another implementation', () => {
    const { model } = fitClv(readCdnow(path), clvParams.parse({ run_date: '1997-09-30' }));
    const { r, alpha, a, b } = model.bgNbd.standardErrors ?? {};
    assert.deepEqual(
      [r, alpha, a, b].map((error) => error?.toFixed(3)),
      ['0.013', '0.378', '0.186', '0.705'],
    );
  });
});
