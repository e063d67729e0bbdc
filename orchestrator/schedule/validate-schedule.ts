import type { Pipeline } from '@triad/shared/contracts/pipeline.ts';
import type { PipelineSchedule } from '@triad/shared/contracts/schedule.ts';
import { Cron } from 'croner';
import { occurrences } from './occurrences.ts';
import { wallClock } from './wall-clock.ts';

/** What is wrong with the schedule of a pipeline, beginning with the field; `undefined` if nothing. */
export function badSchedule({ schedule, params }: Pipeline): string | undefined {
  if (!schedule) return undefined;
  const open = Object.entries(params).find(([, p]) => p.required && p.default === undefined);
  if (open) return `a schedule gives no parameters, so the required ${open[0]} needs a default`;
  return badCron(schedule) ?? badZone(schedule) ?? badDates(schedule) ?? neverFires(schedule);
}

function badCron({ cron }: PipelineSchedule): string | undefined {
  const expected = `schedule.cron: expected a five-field cron expression, got "${cron}"`;
  if (cron.trim().split(/\s+/).length !== 5) return expected;
  try {
    new Cron(cron, { mode: '5-part', paused: true });
    return undefined;
  } catch (error) {
    return `${expected} (${error instanceof Error ? error.message : String(error)})`;
  }
}

function badZone({ timezone }: PipelineSchedule): string | undefined {
  try {
    wallClock(timezone, 0);
    return undefined;
  } catch {
    return `schedule.timezone: expected an IANA zone such as Europe/Berlin, got "${timezone}"`;
  }
}

function badDates({ startDate, endDate }: PipelineSchedule): string | undefined {
  if (startDate === undefined || endDate === undefined || startDate <= endDate) return undefined;
  return `schedule.endDate: expected ${startDate}, which is startDate, or later, got ${endDate}`;
}

/** Asked of all time since 1970: a schedule that has ended is a good one. */
function neverFires(schedule: PipelineSchedule): string | undefined {
  const { done } = occurrences(schedule, new Date(0)).next();
  return done ? `schedule.cron: "${schedule.cron}" never fires within its dates` : undefined;
}
