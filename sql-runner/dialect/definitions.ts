import { arithmetic } from './macros/arithmetic.ts';
import { casts } from './macros/casts.ts';
import { dates } from './macros/dates.ts';
import { strings } from './macros/strings.ts';

/**
 * What GoogleSQL's operators and functions mean, as DuckDB macros. They tell types apart by
 * `typeof`, not by overloads: DuckDB 1.5 picks the wrong overload for an aggregate's result.
 */
export const definitions = [...arithmetic, ...strings, ...dates, ...casts].join('\n');
