import { fromUnits, isDate, isInt64, isNumeric, isTime, macro, numeric, orFail } from './macro.ts';

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

export const casts: readonly string[] = [
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
