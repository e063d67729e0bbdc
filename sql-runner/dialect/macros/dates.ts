import { isDate, isTime, macro, orFail, unless } from './macro.ts';

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

export const dates: readonly string[] = [
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
