import type { ActiveCount, StateStore, StoredRun } from '@triad/shared/state/state-store.ts';
import { foldEvents } from '../run/run-status.ts';
import { holdOf } from './hold-of.ts';

export interface WaitsForOptions {
  state: Pick<
    StateStore,
    'activeCounts' | 'nextQueued' | 'previousTickRun' | 'poolWaits' | 'inFlight'
  >;
  maxActiveRuns: number;
}

/**
 * What else than its own steps a run waits for, in words: its admission, or slots of pools and who
 * holds them. A picture of one moment, for people; nothing is decided by it.
 */
export async function waitsFor(
  { state, maxActiveRuns }: WaitsForOptions,
  { plan, events }: StoredRun,
): Promise<string[]> {
  const status = foldEvents(plan, events);
  if (status.finishedAt) return [];
  if (status.state !== 'queued') return poolsWaitedFor(state, plan.runId);
  const active = await state.activeCounts();
  const hold = await holdOf(plan, active, state);
  const isFull = totalOf(active) >= maxActiveRuns;
  const first = isFull && !hold ? await state.nextQueued([]) : undefined;
  return [
    ...(hold ? [hold.waitsFor] : []),
    ...(isFull ? [`other runs: ${totalOf(active)} are active, TRIAD_MAX_ACTIVE_RUNS`] : []),
    ...(first && first.runId !== plan.runId
      ? [
          `queued runs that go before it: run ${first.runId}, of priority ${first.priority}, is next`,
        ]
      : []),
  ];
}

const totalOf = (active: ActiveCount[]): number =>
  active.reduce((sum, { count }) => sum + count, 0);

async function poolsWaitedFor(state: WaitsForOptions['state'], runId: string): Promise<string[]> {
  const waits = await state.poolWaits();
  const own = new Set(waits.filter((wait) => wait.runId === runId).map(({ pool }) => pool));
  if (own.size === 0) return [];
  const inFlight = await state.inFlight();
  return [...own].map((pool) => {
    const holders = inFlight.filter(({ slots }) => slots.some((slot) => slot.pool === pool));
    const names = holders.map((holder) => `step ${holder.step} of run ${holder.runId}`);
    if (names.length > 0) return `pool ${pool}, which is held by ${names.join(', ')}`;
    const first = waits.find((wait) => wait.pool === pool);
    return `pool ${pool}, whose turn is that of run ${first?.runId ?? runId}`;
  });
}
