const millisecondsPerDay = 86_400_000;

/** Days from 1970-01-01 to a calendar day given as `YYYY-MM-DD`. */
export function epochDay(date: string): number {
  return Date.parse(date) / millisecondsPerDay;
}

/** Inverse of `epochDay`. */
export function isoDateOf(day: number): string {
  return new Date(day * millisecondsPerDay).toISOString().slice(0, 10);
}
