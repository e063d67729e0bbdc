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
  due_at: string;
  run_date: string;
  run_id: string | null;
}

interface OutboxTable {
  id: string;
  topic: string;
  event: string;
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
  due_at: string;
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

export interface Database {
  runs: RunTable;
  run_events: RunEventTable;
  in_flight: InFlightTable;
  pool_slots: PoolSlotTable;
  pool_waits: PoolWaitTable;
  step_cache: StepCacheTable;
  ticks: TickTable;
  events: EventTable;
  announced_runs: AnnouncedRunTable;
  sensor_cursors: SensorCursorTable;
  outbox: OutboxTable;
  deliveries: DeliveryTable;
  dead_letters: DeadLetterTable;
}

export type RunRecord = Selectable<RunTable>;
export type DeliveryRecord = Selectable<DeliveryTable>;
export type DeadLetterRecord = Selectable<DeadLetterTable>;
export type EventRecord = Selectable<EventTable>;
export type SensorCursorRecord = Selectable<SensorCursorTable>;
