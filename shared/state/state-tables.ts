import type { Database } from './database.ts';

/**
 * All tables with their keys, those that others refer to first. Adding a table to `Database` makes
 * this list incomplete, which the compiler says.
 */
export const stateTables = {
  runs: ['run_id'],
  run_events: ['run_id', 'seq'],
  in_flight: ['command_id'],
  pool_slots: ['pool', 'slot'],
  pool_waits: ['pool', 'run_id'],
  step_cache: ['key'],
  ticks: ['pipeline', 'occurrence'],
  schedules: ['pipeline'],
  pauses: ['pipeline'],
  backfills: ['id'],
  backfill_items: ['cause'],
  events: ['event_id'],
  announced_runs: ['run_id'],
  sensor_cursors: ['pipeline', 'sensor'],
  alarms: ['id'],
  alarm_deliveries: ['id'],
  alarm_silences: ['id'],
  alarm_watches: ['pipeline'],
  outbox: ['id'],
  deliveries: ['id'],
  dead_letters: ['id'],
  api_tokens: ['id'],
  audit_log: ['id'],
  leases: ['name'],
  revisions: ['name'],
  pruned_runs: ['run_id'],
} as const satisfies { [T in keyof Database]: readonly (keyof Database[T])[] };

export type StateTable = keyof typeof stateTables;

/** In the order in which rows can be stored. */
export const stateTableNames = Object.keys(stateTables) as StateTable[];

/** Tables that a migration puts rows into, so that an empty database has some. */
export const seededTables: readonly StateTable[] = ['revisions'];
