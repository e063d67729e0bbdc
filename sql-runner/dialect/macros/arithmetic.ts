import { fromUnits, isInt64, isNumeric, isTime, macro, units, unless } from './macro.ts';

/** A NULL that has the type of `x`. */
const typeOf = (x: string) => `CASE WHEN FALSE THEN ${x} END`;

/** The whole number nearest to a quotient of whole numbers, a half going away from zero. */
const nearest = (dividend: string, divisor: string) =>
  `(CASE WHEN (${dividend} < 0) <> (${divisor} < 0) THEN -1 ELSE 1 END)
   * ((2 * abs(${dividend}) + abs(${divisor})) // (2 * abs(${divisor})))`;

/**
 * A quotient with GoogleSQL's type: NUMERIC when a side is NUMERIC and none is FLOAT64, otherwise
 * FLOAT64. DuckDB divides DECIMAL as DOUBLE, so the exact value passes as text; the median of a
 * type is the one function that keeps DECIMAL and turns BIGINT into DOUBLE.
 */
const quotient = (exact: string, float64: string, kind: string, example: string) =>
  `cast_to_type(
    CASE WHEN ${isNumeric(kind)} THEN CAST(${exact} AS VARCHAR) ELSE CAST(${float64} AS VARCHAR) END,
    ${typeOf(example)})`;

const divided = quotient(
  fromUnits(nearest(`(${units('a')} * 1000000000)`, units('b'))),
  'CAST(a AS DOUBLE) / CAST(b AS DOUBLE)',
  '(a + b)',
  'list_median([a + b])',
);
const averaged = quotient(
  fromUnits(nearest(units('sum(a)'), 'count(a)')),
  'avg(a)',
  'min(a)',
  'median(a)',
);

const bothInt64 = `${isInt64('a')} AND ${isInt64('b')}`;

export const arithmetic: readonly string[] = [
  macro('subtract', [
    'a, b',
    unless(`${isTime('a')} AND ${isTime('b')}`, 'use DATE_DIFF for DATE - DATE', 'a - b'),
  ]),
  macro('multiply', ['a, b', `cast_to_type(a * b, ${typeOf('a + b')})`]),
  macro('divide', ['a, b', unless('b = 0', 'division by zero', divided)]),
  macro('safe_divide', ['a, b', `CASE WHEN b <> 0 THEN ${divided} END`]),
  macro('div', ['a, b', whole('a // b', 'DIV')]),
  macro('mod', ['a, b', whole('a % b', 'MOD')]),
  macro('floor', ['a', unless(isInt64('a'), 'FLOOR of INT64', 'floor(a)')]),
  macro('ceil', ['a', unless(isInt64('a'), 'CEIL of INT64', 'ceil(a)')]),
  macro('sqrt', ['a', unless(isNumeric('a'), 'SQRT of NUMERIC', 'sqrt(CAST(a AS DOUBLE))')]),
  macro('round', ['a', unless(isInt64('a'), 'ROUND of INT64', 'round(a)')]),
  macro('places', [
    'a',
    unless(`NOT ${isNumeric('a')}`, 'ROUND to places takes a NUMERIC: cast it first', 'a'),
  ]),
  macro('greatest', ['a, b', 'CASE WHEN a IS NOT NULL AND b IS NOT NULL THEN greatest(a, b) END']),
  macro('least', ['a, b', 'CASE WHEN a IS NOT NULL AND b IS NOT NULL THEN least(a, b) END']),
  macro('sum', ['a', 'cast_to_type(sum(a), min(a))']),
  macro('avg', ['a', averaged]),
];

function whole(body: string, name: string): string {
  const checked = unless('b = 0', 'division by zero', body);
  return unless(`NOT (${bothInt64})`, `${name} takes INT64 only`, checked);
}
