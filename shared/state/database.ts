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
  outbox: OutboxTable;
  deliveries: DeliveryTable;
  dead_letters: DeadLetterTable;
  api_tokens: ApiTokenTable;
  audit_log: AuditLogTable;
}

export type RunRecord = Selectable<RunTable>;
export type DeliveryRecord = Selectable<DeliveryTable>;
export type DeadLetterRecord = Selectable<DeadLetterTable>;
export type ApiTokenRecord = Selectable<ApiTokenTable>;
export type AuditRecord = Selectable<AuditLogTable>;
