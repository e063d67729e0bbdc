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
  leases: LeaseTable;
  revisions: RevisionTable;
  pruned_runs: PrunedRunTable;
}

export type RunRecord = Selectable<RunTable>;
export type DeliveryRecord = Selectable<DeliveryTable>;
export type DeadLetterRecord = Selectable<DeadLetterTable>;
