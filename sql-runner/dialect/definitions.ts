/** One form of a macro, by its number of parameters. */
type Form = readonly [parameters: string, body: string];

const macro = (name: string, ...forms: Form[]): string => {
  const list = forms.map(([parameters, body]) => `(${parameters}) AS ${body}`);
  return `CREATE TEMP MACRO googlesql_${name}${list.join(', ')};`;
};

const numeric = 'DECIMAL(38, 9)';
const isNumeric = (x: string) => `typeof(${x}) LIKE 'DECIMAL%'`;
const isInt64 = (x: string) => `typeof(${x}) IN ('BIGINT', 'INTEGER', 'HUGEINT')`;
const isTime = (x: string) => `typeof(${x}) IN ('DATE', 'TIMESTAMP')`;

/** `body`, except where the two dialects would answer differently. */
const unless = (condition: string, what: string, body: string) =>
  `CASE WHEN ${condition} THEN error('${what}') ELSE ${body} END`;

/** A NULL that has the type of `x`. */
const typeOf = (x: string) => `CASE WHEN FALSE THEN ${x} END`;

/** NUMERIC counted in units of its last place. */
const units = (x: string) => `CAST(${x} * 1000000000 AS HUGEINT)`;
const fromUnits = (x: string) =>
  `CAST(CAST(${x} AS DECIMAL(38, 0)) * CAST('0.000000001' AS DECIMAL(10, 9)) AS ${numeric})`;

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

const arithmetic = [
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

/** The characters with Unicode's White_Space property, which TRIM removes by default. */
const blanks = [
  9, 10, 11, 12, 13, 32, 0x85, 0xa0, 0x1680, 0x2000, 0x2001, 0x2002, 0x2003, 0x2004, 0x2005, 0x2006,
  0x2007, 0x2008, 0x2009, 0x200a, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000,
].map((code) => String.fromCharCode(code));
const trimming = (name: string) =>
  macro(name, ['a', `${name}(a, '${blanks.join('')}')`], ['a, b', `${name}(a, b)`]);

/** Position 0 is the first character; one before the start is the start. */
const start = 'CASE WHEN b = 0 OR b < -length(a) THEN 1 ELSE b END';
const length = unless('c < 0', 'SUBSTR with a negative length', 'c');

const strings = [
  macro(
    'substr',
    ['a, b', `substring(a, ${start})`],
    ['a, b, c', `substring(a, ${start}, ${length})`],
  ),
  trimming('trim'),
  trimming('ltrim'),
  trimming('rtrim'),
];

const isDate = (x: string) => `typeof(${x}) = 'DATE'`;
const onlyDate = (body: string) => unless(`NOT ${isDate('a')}`, 'a DATE is expected here', body);
const ofDate = (name: string, body: string) => macro(name, ['a', onlyDate(body)]);
const later = (name: string, interval: string) =>
  macro(name, ['a, b', onlyDate(`CAST(a + ${interval} AS DATE)`)]);
const months = (count: string) => `to_months(CAST(${count} AS INTEGER))`;

const sunday = (x: string) => `(${x} - CAST(dayofweek(${x}) AS INTEGER))`;
const monday = (x: string) => `(${x} - CAST(isodow(${x}) - 1 AS INTEGER))`;
/** How many borders of the period lie between two dates. */
const borders = (part: string, index: (date: string) => string) =>
  macro(`date_diff_${part}`, [
    'a, b',
    unless(
      `NOT (${isDate('a')} AND ${isDate('b')})`,
      'DATE_DIFF takes DATE',
      `CAST(${index('a')} - ${index('b')} AS BIGINT)`,
    ),
  ]);
const weeks = (part: string, first: (x: string) => string) =>
  borders(part, (x) => `((${first(x)} - DATE '1970-01-04') // 7)`);

/** A text that does not say a value fails, where NULL says nothing and gives NULL. */
const orFail = (value: string, what: string) =>
  `coalesce(${value}, CASE WHEN a IS NOT NULL THEN error('${what} failed for ' || CAST(a AS VARCHAR)) END)`;

const dates = [
  later('date_add_day', 'CAST(b AS INTEGER)'),
  later('date_add_week', 'CAST(7 * b AS INTEGER)'),
  later('date_add_month', months('b')),
  later('date_add_quarter', months('3 * b')),
  later('date_add_year', months('12 * b')),
  ofDate('date_trunc_day', 'a'),
  ofDate('date_trunc_week', sunday('a')),
  ofDate('date_trunc_isoweek', monday('a')),
  ofDate('date_trunc_month', "CAST(date_trunc('month', a) AS DATE)"),
  ofDate('date_trunc_quarter', "CAST(date_trunc('quarter', a) AS DATE)"),
  ofDate('date_trunc_year', "CAST(date_trunc('year', a) AS DATE)"),
  borders('day', (x) => x),
  weeks('week', sunday),
  weeks('isoweek', (x) => `(${monday(x)} - 1)`),
  borders('month', (x) => `(12 * year(${x}) + month(${x}))`),
  borders('quarter', (x) => `(4 * year(${x}) + quarter(${x}))`),
  borders('year', (x) => `year(${x})`),
  ofDate('extract_day', 'day(a)'),
  ofDate('extract_dayofweek', 'dayofweek(a) + 1'),
  ofDate('extract_dayofyear', 'dayofyear(a)'),
  ofDate('extract_isoweek', 'week(a)'),
  ofDate('extract_isoyear', 'isoyear(a)'),
  ofDate('extract_month', 'month(a)'),
  ofDate('extract_quarter', 'quarter(a)'),
  ofDate('extract_year', 'year(a)'),
  macro(
    'date',
    ['a', unless(`NOT ${isTime('a')}`, 'DATE takes a DATETIME', 'CAST(a AS DATE)')],
    ['a, b, c', 'make_date(a, b, c)'],
  ),
  macro('safe_parse_date', [
    'f, expected, a',
    'CASE WHEN regexp_full_match(a, expected) THEN CAST(try_strptime(a, f) AS DATE) END',
  ]),
  macro('parse_date', [
    'f, expected, a',
    orFail('googlesql_safe_parse_date(f, expected, a)', 'PARSE_DATE'),
  ]),
  macro('format_date', ['f, a', onlyDate('strftime(a, f)')]),
];

/** What a text must look like, so that no warehouse accepts a spelling that the other refuses. */
const spelled = (pattern: string, type: string) =>
  `CASE WHEN regexp_full_match(CAST(a AS VARCHAR), '${pattern}') THEN TRY_CAST(a AS ${type}) END`;
const decimalText = '[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)([eE][+-]?[0-9]+)?';
const dateText = '[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}';
const timeText = '([ T][0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2}([.][0-9]{1,6})?)?';

const float = 'TRY_CAST(a AS DOUBLE)';
/**
 * Up to 9·10⁶ a DOUBLE holds all nine places when it is multiplied by 10⁹, as DuckDB does. Beyond,
 * the whole part and the places are cast apart, which loses no digit.
 */
const floatToNumeric = `CASE
  WHEN abs(${float}) < 9e6 THEN TRY_CAST(a AS ${numeric})
  WHEN abs(${float}) < 1e29 THEN CAST(CAST(trunc(${float}) AS HUGEINT) AS ${numeric})
    + ${fromUnits(`CAST(round((${float} - trunc(${float})) * 1e9) AS BIGINT)`)} END`;
const floatToInt64 = `CASE WHEN abs(${float}) < 9.2e18 THEN CAST(round(${float}) AS BIGINT) END`;
/** Without the zeros that only fill the places. */
const shortest = "regexp_replace(CAST(a AS VARCHAR), '[.]?0+$', '')";
const falseOrTrue =
  "CASE lower(CAST(a AS VARCHAR)) WHEN 'true' THEN TRUE WHEN 'false' THEN FALSE END";

const isText = "typeof(a) = 'VARCHAR'";
const isFloat = "typeof(a) = 'DOUBLE'";
const isBool = "typeof(a) = 'BOOLEAN'";
const isUntyped = `typeof(a) = '"NULL"'`;

/** How to cast `a` when a condition on its type holds. */
interface CastCase {
  when: string;
  body: string;
  /** Whether some values of the type cannot be cast; `body` is NULL for these. */
  canFail: boolean;
}
const always = (when: string, body: string): CastCase => ({ when, body, canFail: false });
const maybe = (when: string, body: string): CastCase => ({ when, body, canFail: true });

/** Two macros: SAFE_CAST, which gives NULL for what cannot be cast, and CAST, which fails. */
const castTo = (name: string, type: string, ...cases: CastCase[]): string[] => {
  const what = `CAST AS ${name.toUpperCase()}`;
  const body = (print: (one: CastCase) => string) => {
    const whens = [always(isUntyped, 'NULL'), ...cases].map(
      (one) => `WHEN ${one.when} THEN ${print(one)}`,
    );
    const other = `error('${what} of this type is written differently elsewhere')`;
    return `CAST(CASE ${whens.join(' ')} ELSE ${other} END AS ${type})`;
  };
  return [
    macro(`safe_cast_${name}`, ['a', body((one) => one.body)]),
    macro(`cast_${name}`, ['a', body((one) => (one.canFail ? orFail(one.body, what) : one.body))]),
  ];
};

const casts = [
  castTo(
    'bool',
    'BOOLEAN',
    always(`${isBool} OR ${isInt64('a')}`, 'TRY_CAST(a AS BOOLEAN)'),
    maybe(isText, falseOrTrue),
  ),
  castTo(
    'int64',
    'BIGINT',
    always(`${isInt64('a')} OR ${isBool}`, 'TRY_CAST(a AS BIGINT)'),
    maybe(isNumeric('a'), 'TRY_CAST(a AS BIGINT)'),
    maybe(isFloat, floatToInt64),
    maybe(isText, spelled('[+-]?[0-9]+', 'BIGINT')),
  ),
  castTo(
    'numeric',
    numeric,
    always(`${isInt64('a')} OR ${isNumeric('a')}`, `TRY_CAST(a AS ${numeric})`),
    maybe(isFloat, floatToNumeric),
    maybe(isText, spelled(decimalText, numeric)),
  ),
  castTo(
    'float64',
    'DOUBLE',
    always(`${isInt64('a')} OR ${isFloat}`, float),
    always(isNumeric('a'), 'TRY_CAST(CAST(a AS VARCHAR) AS DOUBLE)'),
    maybe(isText, spelled(decimalText, 'DOUBLE')),
  ),
  castTo(
    'string',
    'VARCHAR',
    always(`${isText} OR ${isInt64('a')} OR ${isBool} OR ${isDate('a')}`, 'CAST(a AS VARCHAR)'),
    always(isNumeric('a'), shortest),
  ),
  castTo(
    'date',
    'DATE',
    always(isTime('a'), 'TRY_CAST(a AS DATE)'),
    maybe(isText, spelled(dateText, 'DATE')),
  ),
  castTo(
    'datetime',
    'TIMESTAMP',
    always(isTime('a'), 'TRY_CAST(a AS TIMESTAMP)'),
    maybe(isText, spelled(dateText + timeText, 'TIMESTAMP')),
  ),
].flat();

/**
 * What GoogleSQL's operators and functions mean, as DuckDB macros. They tell types apart by
 * `typeof`, not by overloads: DuckDB 1.5 picks the wrong overload for an aggregate's result.
 */
export const definitions = [arithmetic, strings, dates, casts].flat().join('\n');
