import { z } from 'zod';

/** How a job's own log tells the coded error that ended it. */
const codedFailure = z.object({
  code: z.string().refine((code) => code !== 'INTERNAL'),
  msg: z.string(),
  err: z.object({ fix: z.string() }),
});

/**
 * What a job wrote, for a person: a coded error as its code, message and remedy. Every other line
 * stays as it is, that of a bug with its stack too.
 */
export const logText = (text: string): string => text.split('\n').map(lineText).join('\n');

function lineText(line: string): string {
  const failure = codedFailure.safeParse(documentOf(line));
  if (!failure.success) return line;
  const { code, msg, err } = failure.data;
  return `${code}: ${msg}\nTo fix: ${err.fix}`;
}

function documentOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
