import { z } from 'zod';

/** Values of parameters: what a form, a URL and a SQL parameter can all carry. */
export const paramValue = z.union([z.string(), z.number(), z.boolean()]);
export type ParamValue = z.infer<typeof paramValue>;

export const params = z.record(z.string(), paramValue);
export type Params = z.infer<typeof params>;
