import { createHash } from 'node:crypto';

/** One value that is not as it should be. `undefined` where there is none. */
export interface Difference {
  /** Such as `push.endpoint` or `traffic.0.percent`. */
  field: string;
  actual: unknown;
  desired: unknown;
}

/** Every single value of two JSON values that differs. */
export function differences(actual: unknown, desired: unknown): Difference[] {
  const before = leavesOf(actual);
  const after = leavesOf(desired);
  return [...new Set([...before.keys(), ...after.keys()])]
    .sort()
    .map((field) => ({ field, actual: before.get(field), desired: after.get(field) }))
    .filter((found) => found.actual !== found.desired);
}

/** Twelve hexadecimal digits that are equal for equal values, in whatever order their fields are. */
export function fingerprint(value: unknown): string {
  const leaves = [...leavesOf(value)].sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(leaves)).digest('hex').slice(0, 12);
}

function leavesOf(value: unknown, path = ''): Map<string, unknown> {
  if (value === null || typeof value !== 'object') return new Map([[path, value]]);
  // An empty list is a value, too: it differs from none.
  const entries = Object.entries(value);
  if (entries.length === 0) return new Map([[path, JSON.stringify(value)]]);
  return new Map(
    entries.flatMap(([key, part]) => [
      ...leavesOf(part, path === '' ? escaped(key) : `${path}.${escaped(key)}`),
    ]),
  );
}

/** So that no two paths are written alike. */
const escaped = (key: string): string => key.replace(/[\\.]/g, '\\$&');
