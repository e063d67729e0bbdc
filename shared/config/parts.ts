import { z } from 'zod';
import { TriadError } from '../errors/triad-error.ts';

/** Plain decimals only: what JavaScript makes of '' or '0x10' is nobody's intention. */
export const number = z
  .string()
  .regex(/^\d+(\.\d+)?$/, 'expected a number')
  .transform(Number);

export const integer = (minimum: number, maximum: number) =>
  number.pipe(
    z.number().refine(Number.isInteger, 'expected a whole number').min(minimum).max(maximum),
  );

export const httpUrl = z.url({
  protocol: /^https?$/,
  error: 'expected an http or https URL',
});

export const email = z.string().regex(/^[^\s@<>]+@[^\s@<>]+$/, 'expected an e-mail address');

/** `CONFIG_INVALID` of one variable. */
export const invalid = (field: string, expected: string): TriadError =>
  new TriadError('CONFIG_INVALID', { field, expected });

/** The variables of a schema. One that is missing or wrong is `CONFIG_INVALID`, naming it. */
export function parseVariables<T>(schema: z.ZodType<T>, env: NodeJS.ProcessEnv): T {
  const parsed = schema.safeParse(env);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw invalid(String(issue?.path[0]), issue?.message ?? 'is invalid');
}

/**
 * The JSON object that a variable holds; any other text is `CONFIG_INVALID`.
 *
 * @param what it holds, for the error, such as `job names to images`
 */
export function parseObject<T>(
  variable: string,
  text: string,
  schema: z.ZodType<T>,
  what: string,
): T {
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    throw invalid(variable, `expected a JSON object of ${what}`);
  }
}
