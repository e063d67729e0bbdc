import { z } from 'zod';
import { instant, isoDate } from './dates.ts';
import { errorReport } from './error-report.ts';
import { params } from './json.ts';
import { slug } from './names.ts';
import { stepKind } from './step-kind.ts';

export const jobState = z.enum(['running', 'succeeded', 'failed', 'cancelled', 'lost']);
export type JobState = z.infer<typeof jobState>;

/** A job as `GET /jobs/:id` shows it. */
export const jobView = z.strictObject({
  /** The command id. */
  name: z.string(),
  /** For people, such as `sql-runner 2011-12-10`. */
  displayName: z.string(),
  state: jobState,
  /** When the job was created. */
  created: instant,
  /** When the job last gave a sign of life; null when it never did. */
  heartbeatAt: instant.nullable().optional(),
  endedAt: instant.nullable(),
  exitCode: z.int().nullable(),
  error: errorReport.nullable(),
});
export type JobView = z.infer<typeof jobView>;

/** The body of `POST /invoke`. */
export const invokeRequest = z.strictObject({
  job: slug,
  run_date: isoDate,
  /** What the job does; needed only for a job that does several things. */
  kind: stepKind.optional(),
  params: params.optional(),
});

export type InvokeRequest = z.infer<typeof invokeRequest>;

export const invokeAnswer = jobView.pick({
  name: true,
  displayName: true,
  state: true,
  created: true,
});
export type InvokeAnswer = z.infer<typeof invokeAnswer>;
