const formats = new Map<string, Intl.DateTimeFormat>();

/**
 * What the clocks of a zone show at an instant, as if it were UTC, in milliseconds since 1970.
 * Errors: `RangeError` for a zone that does not exist.
 */
export function wallClock(zone: string, instant: number): number {
  // Making a formatter takes a hundred times as long as using it.
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formats.set(zone, format);
  }
  const field: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {};
  for (const { type, value } of format.formatToParts(instant)) field[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = field;
  const millisecond = ((instant % 1000) + 1000) % 1000;
  return Date.UTC(year, month - 1, day, hour, minute, second, millisecond);
}

/** The calendar day that a zone has at an instant. */
export function dayIn(zone: string, instant: Date): string {
  return new Date(wallClock(zone, instant.getTime())).toISOString().slice(0, 10);
}

/**
 * The first instant at which the clocks of a zone show `wall` or, when they jump over it, the
 * instant at which they have jumped.
 */
export function instantOf(zone: string, wall: number): number {
  // No clock is changed by more than a day, nor twice within two.
  const before = wall - dayMs - offsetOf(zone, wall - dayMs);
  const after = wall + dayMs - offsetOf(zone, wall + dayMs);
  const offsets = [offsetOf(zone, before), offsetOf(zone, after)];
  const shown = offsets
    .map((offset) => wall - offset)
    .filter((instant) => wallClock(zone, instant) === wall);
  if (shown.length > 0) return Math.min(...shown);
  return jump(zone, before, after);
}

/** The instant between two at which the offset of the zone changes. */
function jump(zone: string, before: number, after: number): number {
  const offset = offsetOf(zone, before);
  let [low, high] = [before, after];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetOf(zone, middle) === offset) low = middle;
    else high = middle;
  }
  return high;
}

const dayMs = 86_400_000;
const offsetOf = (zone: string, instant: number): number => wallClock(zone, instant) - instant;
