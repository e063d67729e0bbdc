import type { CloudEvent } from '../contracts/cloud-event.ts';
import { runTrigger } from '../contracts/run-trigger.ts';
import { runState } from '../contracts/run-view.ts';
import type { ErrorReport } from '../errors/triad-error.ts';
import type { Database, RunRecord } from './database.ts';
import type { InFlight, OutboxMessage, PoolSlot, RunRow } from './state-store.ts';

export const inFlightRecord = (entry: InFlight) => ({
  command_id: entry.commandId,
  run_id: entry.runId,
  step: entry.step,
  attempt: entry.attempt,
  dispatched_at: entry.dispatchedAt.toISOString(),
});

export const toInFlight = (row: Database['in_flight'], slots: PoolSlot[]): InFlight => ({
  commandId: row.command_id,
  runId: row.run_id,
  step: row.step,
  attempt: row.attempt,
  dispatchedAt: new Date(row.dispatched_at),
  slots,
});

export const slotRecords = ({ commandId, slots }: InFlight) =>
  slots.map(({ pool, slot }) => ({ pool, slot, command_id: commandId }));

export const outboxRecord = ({ id, topic, event }: OutboxMessage, takenUntil?: Date) => ({
  id,
  topic,
  event: JSON.stringify(event),
  taken_until: takenUntil?.toISOString() ?? null,
});

export const toOutboxMessage = ({ id, topic, event }: Database['outbox']): OutboxMessage => ({
  id,
  topic,
  event: JSON.parse(event) as CloudEvent,
});

export function toRunRow(row: RunRecord): RunRow {
  return {
    runId: row.run_id,
    pipeline: row.pipeline,
    runDate: row.run_date,
    state: runState.parse(row.state),
    trigger: runTrigger.parse(row.trigger),
    priority: row.priority,
    createdAt: new Date(row.created_at),
    finishedAt: row.finished_at === null ? null : new Date(row.finished_at),
    error: row.error === null ? null : (JSON.parse(row.error) as ErrorReport),
  };
}
