import { eventType } from '@triad/shared/contracts/cloud-event.ts';
import type { RunEvent } from '@triad/shared/contracts/run-event.ts';
import { topic } from '@triad/shared/contracts/topics.ts';
import type { Ids } from '@triad/shared/ids/ids.ts';
import type {
  CachedStep,
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
import { eventsOf } from './events-of.ts';
import { type PoolSizes, PoolSlots } from './pools.ts';
import { foldEvents, foldOn, type RunStatus } from './run-status.ts';
import { cacheKey } from './step-cache.ts';

export interface ChangeContext {
  now: Date;
  ids: Ids;
  /** Attempts of all runs that are in flight. */
  inFlight: InFlight[];
  poolSizes: PoolSizes;
  /** The runs that wait for slots of pools. */
  waits: PoolWait[];
  /** What is known of results that could be reused, by key: null where there is none. */
  cache: ReadonlyMap<string, CachedStep | null>;
}

export interface PlannedChange {
  /** `undefined` when there is nothing to record. */
  change: RunChange | undefined;
  /** Keys that must be in the context's cache before the change can be planned to its end. */
  unknownKeys: string[];
}

type Dispatch = Extract<Decision, { do: 'dispatch' }>;

/**
 * What `happened` means for a run: those events, and everything that can be decided once they are
 * known, as one change.
 */
export function planChange(
  { plan, events }: StoredRun,
  happened: RunEvent[],
  { now, ids, inFlight, poolSizes, waits, cache }: ChangeContext,
): PlannedChange {
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

  const status = foldEvents(plan, events);
  if (happened.some(({ type }) => type === 'cancel_requested')) {
    for (const commandId of inFlightCommands(status)) {
      send(eventType.cancellation, commandId, { version: 1, commandId });
    }
  }
  const ended = happened.flatMap((event) => endedCommand(event, status));
  const cached = happened.flatMap((event) => cachedStep(event));
  const held = inFlight.filter(({ commandId }) => !ended.includes(commandId));
  const pools = new PoolSlots(
    poolSizes,
    held,
    waits.filter(({ runId }) => runId !== plan.runId),
  );

  happened.forEach(record);
  for (let folded = events.length; ; ) {
    foldOn(status, plan, draft.slice(folded));
    folded = draft.length;
    const lacking = new Set<string>();
    const unknownKeys: string[] = [];
    const decisions = decide(plan, status, now);
    if (decisions.some((decision) => carryOut(decision, lacking, unknownKeys))) continue;

    const waited = waits.filter(({ runId }) => runId === plan.runId).map(({ pool }) => pool);
    const isSameWait = waited.length === lacking.size && waited.every((pool) => lacking.has(pool));
    if (draft.length === events.length && isSameWait) return { change: undefined, unknownKeys };
    const { state, finishedAt, error } = status;
    const change: RunChange = {
      events: draft.slice(events.length),
      state,
      finishedAt,
      error,
      dispatched,
      ended,
      outbox,
      waits: [...lacking],
      cached,
    };
    return { change, unknownKeys };
  }

  /** @returns whether anything was recorded; what keeps a step from its dispatch is added to the lists */
  function carryOut(decision: Decision, lacks: Set<string>, unknown: string[]): boolean {
    if (decision.do !== 'dispatch') {
      eventsOf(decision).forEach(record);
      return true;
    }
    const { step, attempt } = decision;
    const key = cacheKey(plan, commandOf(plan, status, step, attempt), step);
    const known = key === undefined ? null : cache.get(key);
    if (known === undefined) {
      unknown.push(key ?? '');
      return false;
    }
    if (known) {
      record(reuseOf(step.name, known));
      return true;
    }
    const taken = pools.take(step, plan.pipeline, plan);
    if ('slots' in taken) {
      dispatch(decision, taken.slots);
      return true;
    }
    for (const pool of taken.lacking) lacks.add(pool);
    return false;
  }

  function dispatch({ step, attempt }: Dispatch, slots: PoolSlot[]): void {
    const command = commandOf(plan, status, step, attempt);
    const { id: commandId, runId } = command;
    record({ type: 'step_dispatched', step: step.name, attempt, commandId });
    dispatched.push({ commandId, runId, step: step.name, attempt, dispatchedAt: now, slots });
    send(eventType.command, commandId, command);
  }

  /** The result of a success that later runs may reuse. */
  function cachedStep(event: RunEvent): CachedStep[] {
    if (event.type !== 'step_succeeded') return [];
    const { step: name, attempt, result } = event;
    const own = status.steps.get(name);
    const startedAt = own?.attempts.at(-1)?.startedAt;
    if (!own || !startedAt) return [];
    const command = commandOf(plan, status, own.definition, attempt);
    const key = cacheKey(plan, command, own.definition);
    if (key === undefined) return [];
    const durationMs = Math.max(0, now.getTime() - startedAt.getTime());
    return [{ key, runId: plan.runId, step: name, attempt, result, durationMs, at: now }];
  }
}

const reuseOf = (
  step: string,
  { key, runId, step: from, attempt, at, result, durationMs }: CachedStep,
): RunEvent => ({
  type: 'step_reused',
  step,
  result,
  key,
  from: { runId, step: from, attempt, at: at.toISOString() },
  savedMs: durationMs,
});

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
