import { eventType } from '@triad/shared/contracts/cloud-event.ts';
import type { RunEvent } from '@triad/shared/contracts/run-event.ts';
import { topic } from '@triad/shared/contracts/topics.ts';
import type { Ids } from '@triad/shared/ids/ids.ts';
import type {
  InFlight,
  OutboxMessage,
  PoolSlot,
  PoolWait,
  RecordedEvent,
  RunChange,
  StoredRun,
} from '@triad/shared/state/state-store.ts';
import { commandOf } from './command-of.ts';
import { type Decision, decide } from './decide.ts';
import { eventMessage } from './event-message.ts';
import { type PoolSizes, PoolSlots } from './pools.ts';
import { foldEvents, type RunStatus } from './run-status.ts';

export interface ChangeContext {
  now: Date;
  ids: Ids;
  /** Attempts of all runs that are in flight. */
  inFlight: InFlight[];
  poolSizes: PoolSizes;
  /** The runs that wait for slots of pools. */
  waits: PoolWait[];
}

type Dispatch = Extract<Decision, { do: 'dispatch' }>;

/**
 * What `happened` means for a run: those events, and everything that can be decided once they are
 * known, as one change. `undefined` when there is nothing to record.
 */
export function planChange(
  { plan, events }: StoredRun,
  happened: RunEvent[],
  { now, ids, inFlight, poolSizes, waits }: ChangeContext,
): RunChange | undefined {
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

  const before = foldEvents(plan, events);
  happened.forEach(record);
  if (happened.some(({ type }) => type === 'cancel_requested')) {
    for (const commandId of inFlightCommands(before)) {
      send(eventType.cancellation, commandId, { version: 1, commandId });
    }
  }
  const ended = happened.flatMap((event) => endedCommand(event, before));
  const held = inFlight.filter(({ commandId }) => !ended.includes(commandId));
  const pools = new PoolSlots(
    poolSizes,
    held,
    waits.filter(({ runId }) => runId !== plan.runId),
  );

  for (;;) {
    const status = foldEvents(plan, draft);
    const lacking = new Set<string>();
    if (decide(plan.pipeline, status, now).some((decision) => carryOut(decision, status, lacking)))
      continue;
    const waited = waits.filter(({ runId }) => runId === plan.runId).map(({ pool }) => pool);
    const isSameWait = waited.length === lacking.size && waited.every((pool) => lacking.has(pool));
    if (draft.length === events.length && isSameWait) return undefined;
    const { state, finishedAt, error } = status;
    return {
      events: draft.slice(events.length),
      state,
      finishedAt,
      error,
      dispatched,
      ended,
      outbox,
      waits: [...lacking],
      cached: [],
    };
  }

  /** @returns whether anything was recorded; a step that must wait adds the pools it `lacks` */
  function carryOut(decision: Decision, status: RunStatus, lacks: Set<string>): boolean {
    if (decision.do === 'skip') {
      record({ type: 'step_skipped', step: decision.step, because: decision.because });
      return true;
    }
    if (decision.do === 'finish') {
      record({ type: 'run_finished', state: decision.state, error: decision.error });
      return true;
    }
    const taken = pools.take(decision.step, plan.pipeline, plan);
    if ('slots' in taken) {
      dispatch(decision, status, taken.slots);
      return true;
    }
    for (const pool of taken.lacking) lacks.add(pool);
    return false;
  }

  function dispatch({ step, attempt }: Dispatch, status: RunStatus, slots: PoolSlot[]): void {
    const command = commandOf(plan, status, step, attempt);
    const { id: commandId, runId } = command;
    record({ type: 'step_dispatched', step: step.name, attempt, commandId });
    dispatched.push({ commandId, runId, step: step.name, attempt, dispatchedAt: now, slots });
    send(eventType.command, commandId, command);
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
