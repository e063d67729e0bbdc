import { aggregateRules } from './aggregates.ts';
import { dateCalls, extract } from './date-functions.ts';
import { integerOf } from './literals.ts';
import type { Printer, Rule, Rules } from './printer.ts';
import type { SyntaxNode } from './syntax.ts';
import { unsupported } from './unsupported.ts';

/** Prints a call, given its arguments. */
export interface Call {
  /** How many arguments it takes, at least and at most. */
  arity: readonly [number, number];
  print(args: readonly SyntaxNode[], printer: Printer, where: unknown): string;
}

/** A call of the macro that gives a GoogleSQL function its meaning, `googlesql_<name>`. */
const macro = (name: string, min: number, max: number = min): Call => ({
  arity: [min, max],
  print: (args, printer) => `googlesql_${name}(${printer.list(args)})`,
});

/** A function that means the same in both dialects, for any types. */
const same = (name: string, min: number, max: number = min): Call => ({
  arity: [min, max],
  print: (args, printer) => `${name}(${printer.list(args)})`,
});

/** A macro of two arguments, applied from left to right to any number of them. */
const folded = (name: string): Call => ({
  arity: [1, Number.POSITIVE_INFINITY],
  print: (args, printer) =>
    args.map((arg) => printer.expression(arg)).reduce((a, b) => `googlesql_${name}(${a}, ${b})`),
});

const condition: Call = {
  arity: [3, 3],
  print(args, printer) {
    const [test, yes, no] = args.map((arg) => printer.expression(arg));
    return `(CASE WHEN ${test} THEN ${yes} ELSE ${no} END)`;
  },
};

/** NULL when any part is NULL, which DuckDB's own CONCAT would skip. */
const joined: Call = {
  arity: [1, Number.POSITIVE_INFINITY],
  print: (args, printer) => `(${args.map((arg) => printer.expression(arg)).join(' || ')})`,
};

/** Every match, not only the first. */
const replaced: Call = {
  arity: [3, 3],
  print: (args, printer) => `regexp_replace(${printer.list(args)}, 'g')`,
};

/** To a literal number of places for NUMERIC alone; DuckDB takes no computed one. */
const round: Call = {
  arity: [1, 2],
  print([value, places], printer, where) {
    if (!value) return unsupported('ROUND', where);
    if (!places) return `googlesql_round(${printer.expression(value)})`;
    const digits = integerOf(places);
    if (digits === undefined || digits > 9) unsupported('ROUND to such places', where);
    return `round(googlesql_places(${printer.expression(value)}), ${digits})`;
  },
};

/** The verified scalar functions. README.md lists them; a test keeps the two equal. */
export const scalarFunctions: Readonly<Record<string, Call>> = {
  ABS: same('abs', 1),
  CEIL: macro('ceil', 1),
  CHAR_LENGTH: same('length', 1),
  COALESCE: same('coalesce', 1, Number.POSITIVE_INFINITY),
  CONCAT: joined,
  DIV: macro('div', 2),
  ENDS_WITH: same('ends_with', 2),
  FLOOR: macro('floor', 1),
  GREATEST: folded('greatest'),
  IF: condition,
  IFNULL: same('coalesce', 2),
  LEAST: folded('least'),
  LENGTH: same('length', 1),
  LOWER: same('lower', 1),
  LTRIM: macro('ltrim', 1, 2),
  MOD: macro('mod', 2),
  NULLIF: same('nullif', 2),
  REGEXP_CONTAINS: same('regexp_matches', 2),
  REGEXP_REPLACE: replaced,
  REPLACE: same('replace', 3),
  ROUND: round,
  RTRIM: macro('rtrim', 1, 2),
  SAFE_DIVIDE: macro('safe_divide', 2),
  SQRT: macro('sqrt', 1),
  STARTS_WITH: same('starts_with', 2),
  STRPOS: same('strpos', 2),
  SUBSTR: macro('substr', 2, 3),
  TRIM: macro('trim', 1, 2),
  UPPER: same('upper', 1),
  ...dateCalls,
};

/** Functions for which the parser has a kind of node: their name and the fields of the arguments. */
const nodeForms: Record<string, readonly [string, ...string[]]> = {
  abs: ['ABS', 'this'],
  ceil: ['CEIL', 'this'],
  ends_with: ['ENDS_WITH', 'this', 'expression'],
  floor: ['FLOOR', 'this'],
  if_func: ['IF', 'condition', 'true_value', 'false_value'],
  length: ['LENGTH', 'this'],
  lower: ['LOWER', 'this'],
  mod_func: ['MOD', 'this', 'expression'],
  round: ['ROUND', 'this', 'decimals'],
  safe_divide: ['SAFE_DIVIDE', 'this', 'expression'],
  sqrt: ['SQRT', 'this'],
  starts_with: ['STARTS_WITH', 'this', 'expression'],
  str_position: ['STRPOS', 'this', 'substr'],
  substring: ['SUBSTR', 'this', 'start', 'length'],
  upper: ['UPPER', 'this'],
};

const ofNode =
  ([name, ...names]: readonly [string, ...string[]]): Rule =>
  (fields, printer) => {
    const args = names.map((field) => fields.optionalNode(field));
    return call(
      name,
      args.filter((arg) => arg !== undefined),
      printer,
      fields.value,
    );
  };

function call(name: string, args: readonly SyntaxNode[], printer: Printer, where: unknown): string {
  const known = scalarFunctions[name];
  if (!known) unsupported(`the function ${name}`, where);
  const [min, max] = known.arity;
  if (args.length < min || args.length > max) {
    unsupported(`${name} with ${args.length} arguments`, where);
  }
  return known.print(args, printer, where);
}

export const callRules: Rules = {
  ...Object.fromEntries(Object.entries(nodeForms).map(([type, form]) => [type, ofNode(form)])),
  ...aggregateRules,
  coalesce: (fields, printer) =>
    call('COALESCE', fields.nodes('expressions'), printer, fields.value),
  extract,
  function: (fields, printer) =>
    call(fields.text('name').toUpperCase(), fields.nodes('args'), printer, fields.value),
  trim(fields, printer) {
    const side = fields.text('position');
    if (side !== 'Both') unsupported(`TRIM ${side}`, fields.value);
    const args = [fields.node('this'), fields.optionalNode('characters')];
    return call(
      'TRIM',
      args.filter((arg) => arg !== undefined),
      printer,
      fields.value,
    );
  },
};
