import type { Finding } from './evidence.ts';

/** What a number must be, in words that go on from "expected". */
export interface Requirement {
  text: string;
  holds(value: number): boolean;
}

interface Bounds {
  min?: number | undefined;
  max?: number | undefined;
}

/** Inclusive bounds, as far as they are given. */
export const within = ({ min, max }: Bounds): Requirement[] => [
  ...(min === undefined ? [] : [{ text: `at least ${min}`, holds: (v: number) => v >= min }]),
  ...(max === undefined ? [] : [{ text: `at most ${max}`, holds: (v: number) => v <= max }]),
];

/** Of what a subtraction loses, relative to its operands. */
const rounding = 1e-12;

/** How far below and above the value before it a number may be, as far as that is given. */
export function closeTo(
  before: number,
  { drop, rise }: { drop?: number | undefined; rise?: number | undefined },
): Requirement[] {
  const requirement = (words: string, limit: number, holds: Requirement['holds']) => ({
    text: `${words} ${Number(limit.toPrecision(12))} (${before} before)`,
    holds,
  });
  const [lowest, highest] = [before - (drop ?? 0), before + (rise ?? 0)];
  const slack = rounding * Math.max(Math.abs(before), Math.abs(lowest), Math.abs(highest));
  return [
    ...(drop === undefined ? [] : [requirement('at least', lowest, (v) => v >= lowest - slack)]),
    ...(rise === undefined ? [] : [requirement('at most', highest, (v) => v <= highest + slack)]),
  ];
}

/** Judges a number, which must be there and meet all requirements. */
export function judgeNumber(
  name: string,
  value: number | undefined,
  requirements: readonly Requirement[],
): Finding {
  return {
    name,
    ok: value !== undefined && requirements.every((one) => one.holds(value)),
    expected: requirements.map(({ text }) => text).join(' and ') || 'a value',
    actual: value === undefined ? 'none' : String(value),
  };
}
