import { isoDate } from '@triad/shared/contracts/dates.ts';
import { type Params, paramValue } from '@triad/shared/contracts/json.ts';
import { parseInput } from '@triad/shared/errors/parse-input.ts';
import { z } from 'zod';

/** The value at a path such as `batch.day`; `undefined` where there is none. */
export function pickField(data: unknown, path: readonly string[]): unknown {
  let value = data;
  for (const name of path) {
    if (value === null || typeof value !== 'object' || !Object.hasOwn(value, name)) {
      return undefined;
    }
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}

const scalar = z.union(paramValue.options, { error: 'expected a string, number or boolean' });

/**
 * The parameters that a mapping takes out of an event's data. Fields that are absent or null give
 * none; anything but a string, number or boolean is `INPUT_INVALID`, naming the field.
 *
 * @param pathOf splits a mapping's value into the names that lead to the field
 */
export function pickParams(
  data: unknown,
  mapping: Record<string, string>,
  pathOf: (field: string) => string[],
): Params {
  const picked: Params = {};
  for (const [param, field] of Object.entries(mapping)) {
    const value = pickField(data, pathOf(field)) ?? undefined;
    if (value !== undefined) {
      picked[param] = parseField(scalar, value, field, `parameter ${param}`);
    }
  }
  return picked;
}

/** The run date in a field: a calendar date, or the UTC day of an instant with its offset. */
export function pickRunDate(data: unknown, field: string): string {
  const value = pickField(data, dotted(field));
  const instant = z.iso.datetime({ offset: true }).safeParse(value);
  if (instant.success) return utcDay(new Date(instant.data));
  return parseField(isoDate, value, field, 'the run date');
}

/** Names the field in the error, as well as what it was wanted for. */
function parseField<T>(schema: z.ZodType<T>, value: unknown, field: string, use: string): T {
  const name = `data.${field}`;
  const document = parseInput(z.object({ [name]: schema }), { [name]: value }, `event for ${use}`);
  return document[name] as T;
}

export const dotted = (field: string): string[] => field.split('.');

export const utcDay = (instant: Date): string => instant.toISOString().slice(0, 10);
