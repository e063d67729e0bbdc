import { randomFillSync } from 'node:crypto';
import { encodeTime, monotonicFactory } from 'ulid';
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
  const ulid = monotonicFactory(pooledRandom());
  return { next: () => ulid(clock.now().getTime()).toLowerCase() };
}

/** An id for what has one already that tells no order: it sorts by `at` among the other ids. */
export const timeOrderedId = (at: Date, own: string): string =>
  `${encodeTime(at.getTime()).toLowerCase()}-${own}`;

/** Uniform in [0, 1) in steps of 1/256; asks the system for many random bytes at a time. */
function pooledRandom(): () => number {
  const bytes = new Uint8Array(1024);
  let used = bytes.length;
  return () => {
    if (used === bytes.length) {
      randomFillSync(bytes);
      used = 0;
    }
    return (bytes[used++] ?? 0) / 256;
  };
}
