import type { z } from 'zod';
import { TriadError } from './triad-error.ts';

/**
 * Parses `input` with `schema`, or throws `INPUT_INVALID` naming the first wrong field and what
 * was expected. `where` says which document this is, such as "POST /v1/runs".
 */
export function parseInput<S extends z.ZodType>(
  schema: S,
  input: unknown,
  where: string,
): z.output<S> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => ({
    field: issue.path.length > 0 ? issue.path.join('.') : '(the whole document)',
    expected: issue.message,
  }));
  const [first, ...others] = problems;
  const more = others.map((p) => `; ${p.field}: ${p.expected}`).join('');
  throw new TriadError('INPUT_INVALID', {
    where,
    field: first?.field ?? '(the whole document)',
    expected: `${first?.expected ?? 'is invalid'}${more}`,
  });
}
