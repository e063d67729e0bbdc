import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import gammaln from '@stdlib/math-base-special-gammaln';
import fc from 'fast-check';
import type { BgNbdParameters } from '../../../trainer/learners/clv/bg-nbd.ts';
import {
  expectedPurchases,
  expectedPurchasesIfAlive,
  expectedRepeatPurchases,
  pAlive,
} from '../../../trainer/learners/clv/bg-nbd-expectations.ts';

const cdnow = { r: 0.24259, alpha: 4.41353, a: 0.79292, b: 2.42592 };

const positive = (min: number, max: number) =>
  fc.double({ min: Math.log(min), max: Math.log(max), noNaN: true }).map(Math.exp);
const parameters = (wide: number): fc.Arbitrary<BgNbdParameters> =>
  fc.record({
    r: positive(0.1 / wide, 10 * wide),
    alpha: positive(0.5, 50 * wide),
    a: positive(0.1 / wide, 10 * wide),
    b: positive(0.1 / wide, 10 * wide),
  });
const customer = fc
  .record({
    x: fc.integer({ min: 0, max: 200 }),
    T: positive(0.1, 500),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map(({ x, T, share }) => ({ x, tx: x === 0 ? 0 : share * T, T }));
const time = positive(0.01, 500);

/**
 * What eq. 10 is the closed form of: the mean of (1 − (1 + p t/(alpha + T))^−(r+x)) / p, the
 * purchases of someone with dropout probability p, over p ~ Beta(a, b + x), which is the posterior
 * of those alive. By the trapezoidal rule in ln(p / (1 − p)), where it converges geometrically.
 */
function integral({ r, alpha, a, b }: BgNbdParameters, t: number, x: number, T: number): number {
  const step = 0.05;
  const logBeta = gammaln(a) + gammaln(b + x) - gammaln(a + b + x);
  let sum = 0;
  for (let u = -400; u <= 400; u += step) {
    const logP = -softplus(-u);
    const logDensity = a * logP - (b + x) * softplus(u) - logBeta;
    const purchases = -Math.expm1(-(r + x) * Math.log1p((Math.exp(logP) * t) / (alpha + T)));
    sum += Math.exp(logDensity - logP) * purchases;
  }
  return sum * step;
}

const softplus = (v: number): number => Math.max(v, 0) + Math.log1p(Math.exp(-Math.abs(v)));

const near = (actual: number, expected: number, relative: number, absolute = 0): void =>
  assert.ok(
    Math.abs(actual - expected) <= relative * Math.abs(expected) + absolute,
    `${actual} is not ${expected}`,
  );

describe('expected purchases', () => {
  test('are the mean over the posterior dropout probability', () => {
    fc.assert(
      fc.property(parameters(1), customer, time, (p, { x, T }, t) => {
        near(expectedPurchasesIfAlive(p, t, x, T), integral(p, t, x, T), 1e-8);
      }),
      { numRuns: 200 },
    );
  });

  test('of the worked example of Fader, Hardie and Lee are 1.226 for x 2, tx 30.43, T 38.86', () => {
    near(expectedPurchases(cdnow, 39, 2, 30.43, 38.86), 1.226, 1e-3);
  });

  test('are finite, not negative and at most what an undying customer would buy', () => {
    fc.assert(
      fc.property(parameters(1000), customer, time, (p, { x, tx, T }, t) => {
        const expected = expectedPurchases(p, t, x, tx, T);
        const undying = ((p.r + x) / (p.alpha + T)) * t;
        assert.ok(expected >= 0 && expected <= undying * (1 + 1e-9), `${expected} of ${undying}`);
      }),
    );
  });

  test('exist at a = 1, where eq. 10 divides by zero, and at a + b = 1, where its 2F1 is infinite', () => {
    for (const p of [
      { ...cdnow, a: 1 },
      { ...cdnow, a: 0.25, b: 0.75 },
    ]) {
      near(expectedRepeatPurchases(p, 39), integral(p, 39, 0, 0), 1e-10);
    }
  });

  test('are those of a negative binomial when nobody drops out', () => {
    const undying = { r: 0.8, alpha: 9, a: 1e-12, b: 5 };
    near(expectedPurchasesIfAlive(undying, 52, 4, 40), (4.8 / 49) * 52, 1e-9);
  });

  test('tend to 1 / p in the end when everybody drops out with one probability p', () => {
    // Beta(a, b) is all but a point at p = 0.2, and the horizon is endless.
    const settled = { r: 50, alpha: 5, a: 2e6, b: 8e6 };
    near(expectedPurchasesIfAlive(settled, 1e4, 0, 0), 5, 1e-4);
  });

  test('survive rates and horizons whose probabilities underflow', () => {
    const daily = { r: 2, alpha: 1, a: 0.3, b: 30 };
    const expected = expectedPurchasesIfAlive(daily, 3650, 700, 700);
    near(expected, integral(daily, 3650, 700, 700), 1e-9);
  });

  test('end in a population of a few daily buyers that the newest customer may belong to', () => {
    const extreme = { r: 7e-4, alpha: 0.02, a: 1e-10, b: 1e-3 };
    near(expectedRepeatPurchases(extreme, 520), (7e-4 / 0.02) * 520, 1e-6);
  });
});

describe('P(alive)', () => {
  test('lies in [0, 1], and is 1 without a repeat purchase', () => {
    fc.assert(
      fc.property(parameters(1000), customer, (p, { x, tx, T }) => {
        const alive = pAlive(p, x, tx, T);
        assert.ok(alive >= 0 && alive <= 1, `${alive}`);
        assert.equal(pAlive(p, 0, 0, T), 1);
      }),
    );
  });

  test('falls with the time since the last purchase', () => {
    fc.assert(
      fc.property(parameters(1), customer, time, (p, { x, tx, T }, t) => {
        assert.ok(pAlive(p, x, tx, T + t) <= pAlive(p, x, tx, T) + 1e-12);
      }),
    );
  });

  test('of a frequent buyer who went silent is low, of a rare one still high', () => {
    assert.ok(pAlive(cdnow, 20, 20, 39) < 0.01);
    assert.ok(pAlive(cdnow, 1, 20, 39) > 0.5);
  });
});
