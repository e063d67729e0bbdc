import { createHash } from 'node:crypto';

/** One value that is not as it should be. `undefined` where there is none. */
export interface Difference {
  /** Such as `push.endpoint` or `traffic.0.percent`. */
  field: string;
  actual: unknown;
  desired: unknown;
}

/** Every single value of two JSON values that differs, by field. */
export function differences(actual: unknown, desired: unknown, field = ''): Difference[] {
  const [before, after] = [partsOf(actual, desired), partsOf(desired, actual)];
  if (before === undefined || after === undefined) {
    return canonical(actual) === canonical(desired) ? [] : [{ field, actual, desired }];
  }
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].sort().flatMap((key) => {
    const path = field === '' ? key : `${field}.${key}`;
    return differences(before[key], after[key], path);
  });
}

/** Twelve hexadecimal digits that are equal for equal values, in whatever order their fields are. */
export const fingerprint = (value: unknown): string =>
  createHash('sha256').update(canonical(value)).digest('hex').slice(0, 12);

/** The parts by which a value is compared with another of its kind, or with none at all. */
function partsOf(value: unknown, other: unknown): Record<string, unknown> | undefined {
  if (isComposite(value)) {
    const isAlike = isComposite(other) && Array.isArray(value) === Array.isArray(other);
    // Against nothing, an empty list is a difference by itself.
    const isNew = other === undefined && Object.keys(value).length > 0;
    return isAlike || isNew ? value : undefined;
  }
  const isMissing = value === undefined && isComposite(other) && Object.keys(other).length > 0;
  return isMissing ? {} : undefined;
}

const isComposite = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

/** As JSON with the fields of objects in the order of their names. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, part) =>
    isComposite(part) && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  ) ?? '';
