import type { Clock } from '@triad/shared/clock/clock.ts';
import type { Ids } from '@triad/shared/ids/ids.ts';

/** Like those of `timeOrderedIds`, with the rest of an id from the seed. */
export function simulatedIds(clock: Clock, random: () => number): Ids {
  let last = { ms: 0, rest: 0 };
  return {
    next() {
      const ms = clock.now().getTime();
      // As in a monotonic ULID: an id is greater than the one before, also when the clock jumps back.
      const isLater = ms > last.ms;
      last = isLater
        ? { ms, rest: Math.floor(random() * 2 ** 40) }
        : { ms: last.ms, rest: last.rest + 1 };
      return `${last.ms.toString(32).padStart(10, '0')}${last.rest.toString(32).padStart(9, '0')}`;
    },
  };
}
