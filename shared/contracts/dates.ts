import { z } from 'zod';

/** A calendar day, `YYYY-MM-DD`, without a time zone. */
export const isoDate = z.iso.date({ error: 'expected a calendar date as YYYY-MM-DD' });

/** An instant, ISO 8601 in UTC. */
export const instant = z.iso.datetime({ error: 'expected an ISO 8601 instant in UTC' });
