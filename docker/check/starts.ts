import assert from 'node:assert/strict';

/** From the start of the invoker's container to its first 204 of GET /healthcheck, in milliseconds. */
const LIMIT_MS = 1500;
/**
 * So often it is started. The limit is about the image, and this machine does other things, too: the best
 * start counts.
 */
export const STARTS = 3;

/** Throws unless the best of these starts, in milliseconds, is within the limit; what to tell of them. */
export function checkStarts(startsMs: readonly number[]): string {
  const told = startsMs.map((ms) => ms.toFixed(0)).join(', ');
  const best = Math.min(...startsMs);
  assert.ok(best <= LIMIT_MS, `the best start of the invoker is above ${LIMIT_MS} ms: ${told} ms`);
  return `the invoker was healthy after ${told} ms (limit of the best: ${LIMIT_MS} ms)`;
}
