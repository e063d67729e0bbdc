import { z } from 'zod';

const text = z.string().refine((value) => !value.includes('\0'), 'expected no NUL character');

/** Triad's own variables are set for the program, not by the pipeline. */
const variableName = z
  .string()
  .regex(/^(?!TRIAD_)[A-Za-z_][A-Za-z0-9_]*$/, 'expected a variable name without TRIAD_');

/** The program of a `container` step. */
export const container = z.strictObject({
  /** Where the program is installed, such as `europe-docker.pkg.dev/p/r/score:1`; this machine runs no images. */
  image: z.string().min(1),
  /** The program and its arguments; no shell reads them. */
  command: z.array(text).min(1),
  /** Added to the few variables that every program gets. */
  env: z.record(variableName, text).default({}),
});
export type Container = z.infer<typeof container>;

/** The job that does the steps that bring a `container` of their own. */
export const containerJob = 'container';
