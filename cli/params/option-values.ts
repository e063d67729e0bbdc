import { instant, isoDate } from '@triad/shared/contracts/dates.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';

/** Reads a whole number within inclusive bounds, for the option called `flag`. */
export const wholeNumber =
  (flag: string, { minimum, maximum }: { minimum: number; maximum: number }) =>
  (text: string): number => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= minimum && value <= maximum) return value;
    throw unfit(flag, text, `a whole number from ${minimum} to ${maximum}`);
  };

/** Reads a number of days such as `30d`, at least one, for the option called `flag`. */
export const dayCount =
  (flag: string) =>
  (text: string): number => {
    const [, digits] = /^(\d{1,5})d$/.exec(text) ?? [];
    if (digits !== undefined && Number(digits) >= 1) return Number(digits);
    throw unfit(flag, text, 'a number of days such as 30d');
  };

/** Reads a calendar date, for the option called `flag`. */
export const calendarDate =
  (flag: string) =>
  (text: string): string => {
    if (isoDate.safeParse(text).success) return text;
    throw unfit(flag, text, 'a calendar date as YYYY-MM-DD');
  };

/** Reads an instant, for the option called `flag`. */
export const instantOf =
  (flag: string) =>
  (text: string): string => {
    if (instant.safeParse(text).success) return text;
    throw unfit(flag, text, 'an instant in UTC, such as 2026-01-31T06:00:00Z');
  };

/** Reads one of the given words, for the option called `flag`. */
export const oneOf =
  <Word extends string>(flag: string, words: readonly Word[]) =>
  (text: string): Word => {
    const word = words.find((candidate) => candidate === text);
    if (word !== undefined) return word;
    throw unfit(flag, text, `one of ${words.join(', ')}`);
  };

const unitMs = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Reads a span of time such as `90m`, `2h` or `3d`, in milliseconds, for the option called `flag`. */
export const timeSpan =
  (flag: string) =>
  (text: string): number => {
    const [, count, unit] = /^([1-9]\d{0,3})([mhd])$/.exec(text) ?? [];
    if (count !== undefined) return Number(count) * unitMs[unit as keyof typeof unitMs];
    throw unfit(flag, text, 'a span of time such as 90m, 2h or 3d');
  };

const unfit = (flag: string, text: string, expected: string) =>
  new TriadError('USAGE', { reason: `${flag} is "${text}"; expected ${expected}.` });
