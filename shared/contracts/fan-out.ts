import { z } from 'zod';
import { paramValue } from './json.ts';
import { slug } from './names.ts';

/** The most instances that one step can become. */
export const fanOutLimit = 1000;

/**
 * Makes a step run once for each value of a list; steps after it wait for all. An instance finds
 * its value in the parameter `as`.
 */
export const fanOut = z.strictObject({
  /** The list itself, a parameter of the run (values parted by commas), or a list an earlier step reported. */
  over: z.union([
    z.strictObject({ values: z.array(paramValue).max(fanOutLimit) }),
    z.strictObject({ param: z.string().min(1) }),
    z.strictObject({ step: slug, list: slug }),
  ]),
  as: z.string().min(1),
});
export type FanOut = z.infer<typeof fanOut>;
