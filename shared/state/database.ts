import type { Selectable } from 'kysely';

/*
 * Columns as both SQLite and Postgres hold them: instants as ISO 8601 text in UTC, which sorts by
 * time, and documents as JSON text.
 */

interface RunTable {
  run_id: string;
  pipeline: string;
  run_date: string;
  state: string;
  trigger: string;
  /** The `RunPlan`. Never updated. */
  plan: string;
  created_at: string;
  finished_at: string | null;
  error: string | null;
  priority: number;
  /** Unique where not null. */
  cause: string | null;
  /** The code inside `error`, for searches. */
  error_code: string | null;
}

interface RunEventTable {
  run_id: string;
  seq: number;
  at: string;
  event: string;
}

interface InFlightTable {
  command_id: string;
  run_id: string;
  step: string;
  attempt: number;
  dispatched_at: string;
}

interface PoolSlotTable {
  pool: string;
  slot: number;
  command_id: string;
}

interface PoolWaitTable {
  pool: string;
  run_id: string;
  priority: number;
}

interface StepCacheTable {
  key: string;
  run_id: string;
  step: string;
  attempt: number;
  /** A `StepResult`. */
  result: string;
  duration_ms: number;
  at: string;
}

interface TickTable {
  pipeline: string;
  occurrence: string;
  interval_start: string;
  due_at: string;
  run_date: string;
  state: string;
  reason: string | null;
  run_id: string | null;
}

interface ScheduleTable {
  pipeline: string;
  fingerprint: string;
  through: string;
}

interface PauseTable {
  pipeline: string;
  at: string;
  by: string;
  reason: string;
}

interface BackfillTable {
  id: string;
  pipeline: string;
  state: string;
  /** A `BackfillRequest`. */
  request: string;
  created_at: string;
  finished_at: string | null;
}

interface BackfillItemTable {
  /** Of the run. */
  cause: string;
  backfill: string;
  /** From 1, in the order in which the runs are started. */
  seq: number;
  run_date: string;
  interval_start: string | null;
  interval_end: string | null;
  /** An `ErrorReport`: why no run could be started. */
  error: string | null;
}

interface OutboxTable {
  id: string;
  topic: string;
  event: string;
  /** Until then one relay has it; null when none does. */
  taken_until: string | null;
}

interface DeliveryTable {
  id: string;
  message_id: string;
  topic: string;
  subscription: string;
  data: string;
  attributes: string;
  attempts: number;
  published_at: string;
  /** When it may be delivered, or, while a messenger delivers it, when another one may. */
  due_at: string;
  /** Since when a messenger has it; null when none does. */
  taken_at: string | null;
}

interface DeadLetterTable {
  id: string;
  topic: string;
  subscription: string;
  data: string;
  attributes: string;
  attempts: number;
  reason_code: string;
  reason_message: string;
  at: string;
}

interface AlarmTable {
  id: string;
  /** The `key` while the alarm is open, null after: unique where not null. */
  open_key: string | null;
  key: string;
  kind: string;
  pipeline: string | null;
  run_date: string | null;
  run_id: string | null;
  summary: string;
  fix: string;
  since: string;
  raised_at: string;
  resolved_at: string | null;
  resolution: string | null;
  notified_at: string | null;
  acknowledged_at: string | null;
  acknowledged_by: string | null;
  comment: string | null;
}

interface AlarmDeliveryTable {
  id: string;
  alarm_id: string;
  channel: string;
  /** Among the notices of its alarm, from 1; 0 for all of those before version 0.2. */
  place: number;
  /** An `AlarmNotice`. */
  notice: string;
  state: string;
  attempts: number;
  created_at: string;
  due_at: string;
  ended_at: string | null;
  /** An `ErrorReport`. */
  error: string | null;
}

interface AlarmSilenceTable {
  id: string;
  pipeline: string | null;
  kind: string | null;
  until: string;
  by: string;
  reason: string;
  created_at: string;
  ended_at: string | null;
}

interface AlarmWatchTable {
  pipeline: string;
  /** The schedule as JSON, or null. */
  schedule: string | null;
  since: string;
  checked_until: string;
}

interface EventTable {
  event_id: string;
  source: string;
  id: string;
  type: string;
  /** The CloudEvent. Never updated. */
  event: string;
  received_at: string;
  /** Until when processing was put off. */
  not_before: string | null;
  /** How often processing was put off. */
  attempts: number;
  processed_at: string | null;
  /** `EventEffect[]`. */
  effects: string;
}

interface AnnouncedRunTable {
  run_id: string;
}

interface SensorCursorTable {
  pipeline: string;
  sensor: string;
  generation: number;
  /** As JSON; null for nothing there. */
  value: string | null;
  previous: string | null;
  summary: string;
  /** 1 while the change of this generation has not started its run. */
  pending: number;
  run_id: string | null;
  looks: number;
  checked_at: string | null;
  changed_at: string | null;
  next_look_at: string;
  skips: number;
  failures: number;
  error: string | null;
}

interface LeaseTable {
  name: string;
  holder: string;
  /** Grows with every holder. */
  token: number;
  expires_at: string;
}

/** A counter that those who decide on the same facts compare and set. */
interface RevisionTable {
  name: string;
  revision: number;
}

/** A run that is gone from the other tables and whose files are still to be removed. */
interface PrunedRunTable {
  run_id: string;
}

interface ApiTokenTable {
  id: string;
  name: string;
  role: string;
  hash: string;
  created_at: string;
  created_by: string;
  expires_at: string | null;
  revoked_at: string | null;
  last_used_at: string | null;
}

interface AuditLogTable {
  id: string;
  at: string;
  actor: string;
  action: string;
  target: string;
  outcome: string;
  details: string;
}

export interface Database {
  runs: RunTable;
  run_events: RunEventTable;
  in_flight: InFlightTable;
  pool_slots: PoolSlotTable;
  pool_waits: PoolWaitTable;
  step_cache: StepCacheTable;
  ticks: TickTable;
  schedules: ScheduleTable;
  pauses: PauseTable;
  backfills: BackfillTable;
  backfill_items: BackfillItemTable;
  events: EventTable;
  announced_runs: AnnouncedRunTable;
  sensor_cursors: SensorCursorTable;
  outbox: OutboxTable;
  deliveries: DeliveryTable;
  dead_letters: DeadLetterTable;
  alarms: AlarmTable;
  alarm_deliveries: AlarmDeliveryTable;
  alarm_silences: AlarmSilenceTable;
  alarm_watches: AlarmWatchTable;
  leases: LeaseTable;
  revisions: RevisionTable;
  pruned_runs: PrunedRunTable;
  api_tokens: ApiTokenTable;
  audit_log: AuditLogTable;
}

export type RunRecord = Selectable<RunTable>;
export type DeliveryRecord = Selectable<DeliveryTable>;
export type DeadLetterRecord = Selectable<DeadLetterTable>;
export type AlarmRecord = Selectable<AlarmTable>;
export type AlarmDeliveryRecord = Selectable<AlarmDeliveryTable>;
export type AlarmSilenceRecord = Selectable<AlarmSilenceTable>;
export type EventRecord = Selectable<EventTable>;
export type SensorCursorRecord = Selectable<SensorCursorTable>;
export type ApiTokenRecord = Selectable<ApiTokenTable>;
export type AuditRecord = Selectable<AuditLogTable>;
