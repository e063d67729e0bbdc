const dayMs = 86_400_000;

/**
 * When the data that a high-water mark speaks of ends, in milliseconds since 1970. A mark that is a
 * day speaks of all of it, up to the next midnight in UTC.
 */
export const endOfMark = (mark: string): number =>
  Date.parse(mark) + (mark.includes('T') ? 0 : dayMs);
