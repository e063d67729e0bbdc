import { eventType } from '@triad/shared/contracts/cloud-event.ts';
import type { RunEvent } from '@triad/shared/contracts/run-event.ts';
import { warehouseJob } from '@triad/shared/contracts/step-kind.ts';
import { topic } from '@triad/shared/contracts/topics.ts';
import type { Ids } from '@triad/shared/ids/ids.ts';
import type {
  InFlight,
  OutboxMessage,
  RecordedEvent,
  RunChange,
  StoredRun,
} from '@triad/shared/state/state-store.ts';
import { commandOf, jobOf } from './command-of.ts';
import { type Decision, decide } from './decide.ts';
import { eventMessage } from './event-message.ts';
import { foldEvents, type RunStatus } from './run-status.ts';

export interface ChangeContext {
  now: Date;
  ids: Ids;
  /** Attempts of all runs that are in flight. */
  inFlight: InFlight[];
  /** Name of the lease that warehouse jobs must hold; null for a warehouse with many writers. */
  warehouseLease: string | null;
}

/**
 * What `happened` means for a run: those events, and everything that can be decided once they are
 * known, as one change. `undefined` when there is nothing to record.
 */
export function planChange(
  { plan, events }: StoredRun,
  happened: RunEvent[],
  context: ChangeContext,
): RunChange | undefined {
  const { now, ids, inFlight, warehouseLease } = context;
  const draft: RecordedEvent[] = [...events];
  const dispatched: InFlight[] = [];
  const outbox: OutboxMessage[] = [];
  const record = (event: RunEvent): void => {
    draft.push({ seq: draft.length + 1, at: now, event });
  };

  const send = (type: string, commandId: string, data: unknown): void => {
    const event = eventMessage(type, commandId, data, ids, now);
    outbox.push({ id: event.id, topic: topic.commands, event });
  };

  const before = foldEvents(plan.pipeline, events);
  happened.forEach(record);
  if (happened.some(({ type }) => type === 'cancel_requested')) {
    for (const commandId of inFlightCommands(before)) {
      const data = { version: 1, commandId };
      send(eventType.cancellation, commandId, data);
    }
  }
  const ended = happened.flatMap((event) => endedCommand(event, before));
  const held = new Set(inFlight.filter((e) => !ended.includes(e.commandId)).map((e) => e.lease));

  for (;;) {
    const status = foldEvents(plan.pipeline, draft);
    const next = decide(plan.pipeline, status, now).find((decision) => !mustWait(decision));
    if (!next) {
      if (draft.length === events.length) return undefined;
      const { state, finishedAt, error } = status;
      return {
        events: draft.slice(events.length),
        state,
        finishedAt,
        error,
        dispatched,
        ended,
        outbox,
      };
    }
    carryOut(next, status);
  }

  function leaseFor(decision: Decision): string | null {
    return decision.do === 'dispatch' && jobOf(decision.step) === warehouseJob
      ? warehouseLease
      : null;
  }

  function mustWait(decision: Decision): boolean {
    const lease = leaseFor(decision);
    return lease !== null && held.has(lease);
  }

  function carryOut(decision: Decision, status: RunStatus): void {
    if (decision.do === 'skip') {
      record({ type: 'step_skipped', step: decision.step, because: decision.because });
    } else if (decision.do === 'finish') {
      record({ type: 'run_finished', state: decision.state, error: decision.error });
    } else {
      const command = commandOf(plan, status, decision.step, decision.attempt);
      const { id: commandId, runId, step, attempt } = command;
      const lease = leaseFor(decision);
      held.add(lease);
      record({ type: 'step_dispatched', step, attempt, commandId });
      dispatched.push({ commandId, runId, step, attempt, dispatchedAt: now, lease });
      send(eventType.command, commandId, command);
    }
  }
}

/** The command ids whose jobs may be running. */
export function inFlightCommands(status: RunStatus): string[] {
  return [...status.steps.values()].flatMap(({ state, attempts }) => {
    const last = attempts.at(-1);
    return state === 'dispatched' && last ? [last.commandId] : [];
  });
}

function endedCommand(event: RunEvent, before: RunStatus): string[] {
  if (
    event.type !== 'step_succeeded' &&
    event.type !== 'step_failed' &&
    event.type !== 'step_cancelled'
  ) {
    return [];
  }
  const attempts = before.steps.get(event.step)?.attempts ?? [];
  return attempts.filter((a) => a.attempt === event.attempt).map((a) => a.commandId);
}
