import { macro, unless } from './macro.ts';

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

export const strings: readonly string[] = [
  macro(
    'substr',
    ['a, b', `substring(a, ${start})`],
    ['a, b, c', `substring(a, ${start}, ${length})`],
  ),
  trimming('trim'),
  trimming('ltrim'),
  trimming('rtrim'),
];
