import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { expectedSpend } from '../../../trainer/learners/clv/gamma-gamma.ts';

const cdnow = { p: 6.25, q: 3.74, v: 15.44 };
const populationMean = (cdnow.p * cdnow.v) / (cdnow.q - 1);

test('someone without a repeat purchase is expected to spend as the population does', () => {
  assert.equal(expectedSpend(cdnow, 0, 0), populationMean);
  assert.equal(expectedSpend(cdnow, 3, 0), populationMean);
});

test('the expectation averages own and population mean, with weights p x to q − 1', () => {
  const mean = fc.double({ min: 0.01, max: 1e5, noNaN: true });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 500 }), mean, (x, monetary) => {
      const own = cdnow.p * x;
      const population = cdnow.q - 1;
      const average = (own * monetary + population * populationMean) / (own + population);
      assert.ok(Math.abs(expectedSpend(cdnow, x, monetary) / average - 1) < 1e-12);
    }),
  );
});
