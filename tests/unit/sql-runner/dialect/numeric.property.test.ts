import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import type { Warehouse } from '@triad/shared/warehouse/warehouse.ts';
import fc from 'fast-check';
import { freshWarehouse } from '../../../harness/sql-runner/fresh-warehouse.ts';

/** A NUMERIC counted in units of its ninth place. */
type Units = bigint;
const scale = 1_000_000_000n;

const textOf = (units: Units): string => {
  const digits = (units < 0n ? -units : units).toString().padStart(10, '0');
  const fraction = digits.slice(-9).replace(/0+$/, '');
  const text = `${digits.slice(0, -9)}${fraction === '' ? '' : `.${fraction}`}`;
  return units < 0n ? `-${text}` : text;
};

/** The whole number nearest to a / b, a half going away from zero. */
function nearest(a: bigint, b: bigint): bigint {
  const sign = a < 0n !== b < 0n ? -1n : 1n;
  const [x, y] = [a < 0n ? -a : a, b < 0n ? -b : b];
  return sign * ((2n * x + y) / (2n * y));
}

/** A double as an exact fraction of whole numbers. */
function exactly(x: number): [numerator: bigint, denominator: bigint] {
  let [numerator, denominator] = [x, 1n];
  while (!Number.isInteger(numerator)) {
    numerator *= 2;
    denominator *= 2n;
  }
  return [BigInt(numerator), denominator];
}

const amount = fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n });
const pairs = fc.array(fc.tuple(amount, amount), { minLength: 1, maxLength: 10 });

suite('NUMERIC is computed exactly, as in BigQuery', () => {
  let warehouse: Warehouse;
  before(async () => {
    warehouse = await freshWarehouse();
  });
  after(() => warehouse.close());

  /** Evaluates one expression per pair, in one query. */
  const evaluate = async (expressions: string[]) => {
    const list = expressions.map((text, at) => `${text} AS x${at}`).join(', ');
    return (await warehouse.query({ text: `SELECT ${list}`, origin: 'the test' })).rows[0];
  };
  const numeric = (units: Units) => `NUMERIC '${textOf(units)}'`;

  test('a quotient is the nearest of nine places', async () => {
    await fc.assert(
      fc.asyncProperty(pairs, async (list) => {
        const proper = list.filter(([, b]) => b !== 0n);
        fc.pre(proper.length > 0);
        const found = await evaluate(proper.map(([a, b]) => `${numeric(a)} / (${numeric(b)})`));
        assert.deepEqual(
          found,
          proper.map(([a, b]) => textOf(nearest(a * scale, b))),
        );
      }),
      { numRuns: 15 },
    );
  });

  test('a product is the nearest of nine places', async () => {
    await fc.assert(
      fc.asyncProperty(pairs, async (list) => {
        const found = await evaluate(list.map(([a, b]) => `${numeric(a)} * (${numeric(b)})`));
        assert.deepEqual(
          found,
          list.map(([a, b]) => textOf(nearest(a * b, scale))),
        );
      }),
      { numRuns: 15 },
    );
  });

  test('an average is the nearest of nine places', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(amount, { minLength: 1, maxLength: 20 }), async (list) => {
        const rows = list.map((a) => `SELECT ${numeric(a)} AS a`).join(' UNION ALL ');
        const text = `SELECT AVG(a) AS x FROM (${rows})`;
        const found = await warehouse.query({ text, origin: 'the test' });
        const sum = list.reduce((a, b) => a + b);
        assert.equal(found.rows[0]?.[0], textOf(nearest(sum, BigInt(list.length))));
      }),
      { numRuns: 15 },
    );
  });

  test('a price with up to four places survives FLOAT64', async () => {
    const price = fc.integer({ min: -99_999_999, max: 99_999_999 }).map((n) => n / 10_000);
    await fc.assert(
      fc.asyncProperty(fc.array(price, { minLength: 1, maxLength: 30 }), async (list) => {
        const found = await evaluate(
          list.map((x) => `CAST('${x}' AS FLOAT64)`).map((x) => `CAST(${x} AS NUMERIC)`),
        );
        const expected = list.map((x) => {
          const [numerator, denominator] = exactly(x);
          return textOf(nearest(numerator * scale, denominator));
        });
        assert.deepEqual(found, expected);
      }),
      { numRuns: 15 },
    );
  });
});
