import { quoteText } from '@triad/shared/warehouse/duckdb-quote.ts';
import { read } from './fields.ts';
import type { Call } from './functions.ts';
import type { Printer, Rule } from './printer.ts';
import { isRecord, type SyntaxNode } from './syntax.ts';
import { unsupported } from './unsupported.ts';

const partsOf: Record<string, readonly string[]> = {
  DATE_ADD: ['DAY', 'WEEK', 'MONTH', 'QUARTER', 'YEAR'],
  DATE_DIFF: ['DAY', 'WEEK', 'ISOWEEK', 'MONTH', 'QUARTER', 'YEAR'],
  DATE_TRUNC: ['DAY', 'WEEK', 'ISOWEEK', 'MONTH', 'QUARTER', 'YEAR'],
  EXTRACT: ['DAY', 'DAYOFWEEK', 'DAYOFYEAR', 'ISOWEEK', 'ISOYEAR', 'MONTH', 'QUARTER', 'YEAR'],
};

/** The macro for a date part, such as `googlesql_date_diff_day`. */
function partMacro(name: string, part: string, where: unknown): string {
  if (!partsOf[name]?.includes(part)) unsupported(`${name} with ${part}`, where);
  return `googlesql_${name.toLowerCase()}_${part.toLowerCase()}`;
}

/** The bare word that names a date part. */
function partWord(node: SyntaxNode | undefined): string {
  if (node?.type === 'var') return read('a date part', node.value, (part) => part.text('this'));
  return unsupported('this date part', node?.value);
}

const byPart = (name: string, valueCount: number): Call => ({
  arity: [valueCount + 1, valueCount + 1],
  print(args, printer, where) {
    const macro = partMacro(name, partWord(args[valueCount]).toUpperCase(), where);
    return `${macro}(${printer.list(args.slice(0, valueCount))})`;
  },
});

/** DATE_ADD, or with a sign of -1 DATE_SUB. */
const shifted = (sign: 1 | -1): Call => ({
  arity: [2, 2],
  print([date, interval], printer, where) {
    if (!date || interval?.type !== 'interval') unsupported('DATE_ADD without INTERVAL', where);
    return read('INTERVAL', interval.value, (fields) => {
      const unit = read('INTERVAL', fields.raw('unit'), (u) => {
        if (u.text('type') !== 'simple') unsupported('this INTERVAL', where);
        return u.text('unit').toUpperCase();
      });
      const count = amount(fields.node('this'), printer);
      const macro = partMacro('DATE_ADD', unit, where);
      return `${macro}(${printer.expression(date)}, ${sign === 1 ? count : `-(${count})`})`;
    });
  },
});

/** The parser gives the number in `INTERVAL 5 DAY` as a string. */
function amount(node: SyntaxNode, printer: Printer): string {
  const value = isRecord(node.value) ? node.value.value : undefined;
  const digits = node.type === 'literal' && typeof value === 'string' && /^\d+$/.test(value);
  return digits ? value : printer.expression(node);
}

const date: Call = {
  arity: [1, 3],
  print(args, printer, where) {
    if (args.length === 2) unsupported('DATE with a time zone', where);
    return `googlesql_date(${printer.list(args)})`;
  },
};

/** %Y, %m and %d once each, in any order, with the same sign between them or none. */
const wholeDateFormat = /^%([Ymd])([-/. ]?)%(?!\1)([Ymd])\2%(?!\1|\3)([Ymd])$/;
const formatElements = /^(%[Ymd]|[-/. ])+$/;

function literalFormat(node: SyntaxNode | undefined, allowed: RegExp, name: string): string {
  const value = isRecord(node?.value) ? node.value.value : undefined;
  if (node?.type !== 'literal' || typeof value !== 'string' || !allowed.test(value)) {
    unsupported(
      `${name} with this format`,
      node?.value,
      'Use %Y, %m, %d and one of - / . between.',
    );
  }
  return value;
}

const parsed = (name: string, macro: string): Call => ({
  arity: [2, 2],
  print([format, value], printer, where) {
    const pattern = literalFormat(format, wholeDateFormat, name);
    if (!value) return unsupported(name, where);
    const digits = pattern.includes('%Y%') || pattern.includes('%m%') ? '{2}' : '{1,2}';
    const expected = pattern
      .replaceAll('.', '[.]')
      .replace('%Y', '[0-9]{4}')
      .replace('%m', `[0-9]${digits}`)
      .replace('%d', `[0-9]${digits}`);
    const text = printer.expression(value);
    return `${macro}(${quoteText(pattern)}, ${quoteText(expected)}, ${text})`;
  },
});

const formatted: Call = {
  arity: [2, 2],
  print([format, value], printer, where) {
    const pattern = literalFormat(format, formatElements, 'FORMAT_DATE');
    if (!value) return unsupported('FORMAT_DATE', where);
    return `googlesql_format_date(${quoteText(pattern)}, ${printer.expression(value)})`;
  },
};

export const dateCalls: Readonly<Record<string, Call>> = {
  DATE: date,
  DATE_ADD: shifted(1),
  DATE_DIFF: byPart('DATE_DIFF', 2),
  DATE_SUB: shifted(-1),
  DATE_TRUNC: byPart('DATE_TRUNC', 1),
  FORMAT_DATE: formatted,
  PARSE_DATE: parsed('PARSE_DATE', 'googlesql_parse_date'),
  'SAFE.PARSE_DATE': parsed('SAFE.PARSE_DATE', 'googlesql_safe_parse_date'),
};

export const extract: Rule = (fields, print) => {
  const field = fields.raw('field');
  const part = String(isRecord(field) ? field.Custom : field).toUpperCase();
  const macro = partMacro('EXTRACT', part, fields.value);
  return `${macro}(${print.expression(fields.node('this'))})`;
};
