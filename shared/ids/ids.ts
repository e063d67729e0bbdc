import { monotonicFactory } from 'ulid';
import type { Clock } from '../clock/clock.ts';

/**
 * Makes ids that sort by creation time, also within one millisecond. A later run therefore has a
 * greater id, which is what publication uses as its fencing token.
 */
export interface Ids {
  next(): string;
}

/** ULIDs in lower case: 26 characters that are safe in paths, labels and URLs. */
export function timeOrderedIds(clock: Clock): Ids {
  const ulid = monotonicFactory();
  return { next: () => ulid(clock.now().getTime()).toLowerCase() };
}
