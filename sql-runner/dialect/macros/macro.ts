/** One form of a macro, by its number of parameters. */
export type Form = readonly [parameters: string, body: string];

/** Defines `googlesql_<name>`. */
export const macro = (name: string, ...forms: Form[]): string => {
  const list = forms.map(([parameters, body]) => `(${parameters}) AS ${body}`);
  return `CREATE TEMP MACRO googlesql_${name}${list.join(', ')};`;
};

export const numeric = 'DECIMAL(38, 9)';
export const isNumeric = (x: string) => `typeof(${x}) LIKE 'DECIMAL%'`;
export const isInt64 = (x: string) => `typeof(${x}) IN ('BIGINT', 'INTEGER', 'HUGEINT')`;
export const isDate = (x: string) => `typeof(${x}) = 'DATE'`;
export const isTime = (x: string) => `typeof(${x}) IN ('DATE', 'TIMESTAMP')`;

/** `body`, except where the two dialects would answer differently. */
export const unless = (condition: string, what: string, body: string) =>
  `CASE WHEN ${condition} THEN error('${what}') ELSE ${body} END`;

/** NUMERIC counted in units of its last place. */
export const units = (x: string) => `CAST(${x} * 1000000000 AS HUGEINT)`;
export const fromUnits = (x: string) =>
  `CAST(CAST(${x} AS DECIMAL(38, 0)) * CAST('0.000000001' AS DECIMAL(10, 9)) AS ${numeric})`;

/** A text that does not say a value fails, where NULL says nothing and gives NULL. */
export const orFail = (value: string, what: string) =>
  `coalesce(${value}, CASE WHEN a IS NOT NULL THEN error('${what} failed for ' || CAST(a AS VARCHAR)) END)`;
