import { z } from 'zod';
import { instant } from './dates.ts';

/** The half-open span of data, `start` included and `end` not, that a scheduled run covers. */
export const interval = z.strictObject({ start: instant, end: instant });
export type Interval = z.infer<typeof interval>;
