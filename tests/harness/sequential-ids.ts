import type { Ids } from '@triad/shared/ids/ids.ts';

/** Ids that sort by creation and are the same in every test run: `id000001`, `id000002`… */
export function sequentialIds(): Ids {
  let last = 0;
  return {
    next() {
      last += 1;
      return `id${String(last).padStart(6, '0')}`;
    },
  };
}
