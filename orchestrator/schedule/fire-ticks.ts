import type { Tick, TickLedger } from '@triad/shared/state/tick-ledger.ts';
import { cancelRun } from '../run/cancel-run.ts';
import type { RunEngine } from '../run/run-engine.ts';
import type { RunStarter } from '../run/run-starter.ts';
import { catchUp } from './catch-up.ts';
import type { ScheduledPipeline } from './expected-ticks.ts';
import { decideOverlap } from './overlap.ts';

export interface FiringOptions {
  ledger: TickLedger;
  engine: RunEngine;
  starter: RunStarter;
}

/** What became of a due tick. */
export type EndedTick =
  | { state: 'fired'; tick: Tick; runId: string }
  | { state: 'skipped'; tick: Tick; reason: string }
  | { state: 'failed'; tick: Tick; error: unknown };

/**
 * Ends the due ticks of one pipeline, oldest first. Each step can be repeated: a crash after any
 * of them leaves a ledger from which the next round goes on.
 */
export async function* fireTicks(
  options: FiringOptions,
  pipeline: ScheduledPipeline,
  due: Tick[],
  now: Date,
): AsyncGenerator<EndedTick> {
  const { fire, skip } = catchUp(pipeline.schedule, due, now);
  for (const [reason, ticks] of skip) yield* skipTicks(options.ledger, ticks, reason);
  for (const tick of fire) {
    try {
      yield* fireTick(options, pipeline, tick);
    } catch (error) {
      // The tick stays expected, and the next round tries again.
      yield { state: 'failed', tick, error };
    }
  }
}

/** Ends ticks of one pipeline without a run. */
export async function* skipTicks(
  ledger: TickLedger,
  ticks: Tick[],
  reason: string,
): AsyncGenerator<EndedTick> {
  const occurrences = ticks.map(({ occurrence }) => occurrence);
  await ledger.skip(ticks[0]?.pipeline ?? '', occurrences, reason);
  for (const tick of ticks) yield { state: 'skipped', tick, reason };
}

async function* fireTick(
  { ledger, engine, starter }: FiringOptions,
  pipeline: ScheduledPipeline,
  tick: Tick,
): AsyncGenerator<EndedTick> {
  const { overlap } = pipeline.schedule;
  const minds = overlap === 'skip' || overlap === 'queue_one' || overlap === 'cancel_other';
  const decision = decideOverlap(overlap, minds ? await ledger.unfinishedBefore(tick) : []);
  if (decision.do === 'skip') return yield* skipTicks(ledger, [tick], decision.reason);
  // Before the new run is there: after it, a crash would leave nobody to cancel them.
  for (const runId of decision.cancel) await cancelRun(engine, runId);

  const { occurrence, intervalStart, runDate } = tick;
  const interval = { start: intervalStart.toISOString(), end: occurrence.toISOString() };
  const cause = `tick/${pipeline.name}/${interval.end}`;
  const runId = await starter.start(
    { pipeline, runDate, interval, params: {}, trigger: 'schedule', cause },
    tick,
  );
  // Another scheduler may see the same tick; the ledger lets one of them have it.
  if (runId) yield { state: 'fired', tick, runId };
}
