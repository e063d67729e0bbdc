import { z } from 'zod';
import { instant, isoDate } from './dates.ts';
import { errorReport } from './error-report.ts';
import { slug } from './names.ts';

/** What can be wrong. */
export const alarmKind = z.enum([
  /** An expected firing of a schedule has neither a run nor a recorded reason to have none. */
  'run_missing',
  /** A run still waits to be admitted. */
  'run_not_started',
  /** A run has not finished. */
  'run_late',
  /** The newest success is too old. */
  'outputs_stale',
  /** A run failed, and nothing has made up for it. */
  'run_failed',
  /** A step needs attempt after attempt. */
  'step_retrying',
  /** A step waits for a person. */
  'approval_waiting',
  /** Messages were given up. */
  'dead_letters',
  /** A sensor cannot look. */
  'sensor_failing',
]);
export type AlarmKind = z.infer<typeof alarmKind>;

export const alarmState = z.enum(['open', 'resolved']);

/** How an alarm ended: what was wrong is gone, or it is too long ago to be watched any longer. */
export const alarmResolution = z.enum(['recovered', 'expired']);
export type AlarmResolution = z.infer<typeof alarmResolution>;

/** Why a notice is sent. */
export const noticeType = z.enum(['raised', 'reminder', 'recovered', 'expired', 'test']);
export type NoticeType = z.infer<typeof noticeType>;

/** What a channel tells people; the body of a webhook's request. */
export const alarmNotice = z.strictObject({
  version: z.literal(1),
  /** A notice may come twice; its id tells that it is the same. */
  id: z.string(),
  type: noticeType,
  at: instant,
  alarmId: z.string(),
  kind: alarmKind.nullable(),
  /** Null when it concerns the whole system. */
  pipeline: slug.nullable(),
  runDate: isoDate.nullable(),
  runId: z.string().nullable(),
  since: instant,
  /** One line. */
  title: z.string(),
  summary: z.string(),
  fix: z.string(),
  /** The command that shows more. */
  command: z.string(),
  url: z.url(),
});
export type AlarmNotice = z.infer<typeof alarmNotice>;

export const alarmView = z.strictObject({
  id: z.string(),
  kind: alarmKind,
  pipeline: slug.nullable(),
  runDate: isoDate.nullable(),
  runId: z.string().nullable(),
  state: alarmState,
  summary: z.string(),
  fix: z.string(),
  /** Since when it is wrong. */
  since: instant,
  raisedAt: instant,
  resolvedAt: instant.nullable(),
  resolution: alarmResolution.nullable(),
  /** When people were last told; null while a silence keeps it from them. */
  notifiedAt: instant.nullable(),
  acknowledged: z.strictObject({ at: instant, by: z.string(), comment: z.string() }).nullable(),
});
export type AlarmView = z.infer<typeof alarmView>;

export const alarmDeliveryState = z.enum(['pending', 'delivered', 'given_up']);
export type AlarmDeliveryState = z.infer<typeof alarmDeliveryState>;

/** One notice on its way to one channel; it arrives at least once unless it is given up. */
export const alarmDeliveryView = z.strictObject({
  id: z.string(),
  channel: slug,
  type: noticeType,
  state: alarmDeliveryState,
  attempts: z.int(),
  createdAt: instant,
  /** When it is tried next; null when it has ended. */
  dueAt: instant.nullable(),
  endedAt: instant.nullable(),
  /** Why the last attempt failed. */
  error: errorReport.nullable(),
});

export const alarmDetails = alarmView.extend({ deliveries: z.array(alarmDeliveryView) });
export type AlarmDetails = z.infer<typeof alarmDetails>;

export const alarmList = z.strictObject({
  alarms: z.array(alarmView),
  /** Pass as `before` to get the next page; null on the last one. */
  next: z.string().nullable(),
});

export const acknowledgeRequest = z.strictObject({
  by: z.string().min(1).max(200),
  comment: z.string().max(2000).default(''),
});

/** Keeps notices of the alarms that match from people. The alarms are raised all the same. */
export const silenceView = z.strictObject({
  id: z.string(),
  /** Null for every pipeline. */
  pipeline: slug.nullable(),
  /** Null for every kind. */
  kind: alarmKind.nullable(),
  until: instant,
  by: z.string(),
  reason: z.string(),
  createdAt: instant,
  /** When somebody ended it early. */
  endedAt: instant.nullable(),
});
export type SilenceView = z.infer<typeof silenceView>;

export const silenceRequest = z
  .strictObject({
    pipeline: slug.nullable().default(null),
    kind: alarmKind.nullable().default(null),
    until: instant,
    by: z.string().min(1).max(200),
    reason: z.string().min(1).max(2000),
  })
  .refine(({ pipeline, kind }) => pipeline !== null || kind !== null, {
    path: ['pipeline'],
    error: 'expected a pipeline, a kind or both: nothing silences everything',
  });
export type SilenceRequest = z.input<typeof silenceRequest>;

export const silenceList = z.strictObject({ silences: z.array(silenceView) });

export const alarmChannelList = z.strictObject({
  channels: z.array(z.strictObject({ name: slug, type: z.string() })),
});
