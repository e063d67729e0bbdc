import type { ArtifactStore } from '@triad/shared/artifacts/artifact-store.ts';
import type { Clock } from '@triad/shared/clock/clock.ts';
import type { CommandKey } from '@triad/shared/contracts/names.ts';
import type { PipelineStep } from '@triad/shared/contracts/pipeline.ts';
import type { RunPlan } from '@triad/shared/contracts/run-plan.ts';
import { type ErrorReport, TriadError, toTriadError } from '@triad/shared/errors/triad-error.ts';
import type { ResultHistory } from '@triad/shared/state/result-history.ts';
import type { StateStore } from '@triad/shared/state/state-store.ts';
import type { RunObserver } from '../observe/run-observer.ts';
import { type AttemptEnd, reactToEnd } from '../run/react-to-end.ts';
import type { RunEngine } from '../run/run-engine.ts';
import { foldEvents, isInFlight } from '../run/run-status.ts';
import { postconditionError } from './postcondition-error.ts';
import { type Verification, verifyAttempt } from './verify-attempt.ts';

export interface SettleOptions {
  state: StateStore;
  engine: RunEngine;
  artifacts: ArtifactStore;
  history: ResultHistory;
  clock: Clock;
  /** Uniform in [0, 1). */
  random: () => number;
  observer?: RunObserver;
}

/**
 * Settles how an attempt ended. The manifest decides when there is one, whatever was heard;
 * otherwise `heard` does, and with neither the attempt goes on. An attempt that is not in flight
 * (a duplicate outcome, or a zombie that a newer attempt replaced) is not looked at.
 */
export async function settleAttempt(
  options: SettleOptions,
  key: CommandKey,
  heard: AttemptEnd | undefined,
): Promise<void> {
  const { state, engine, clock, random } = options;
  const run = await state.getRun(key.runId);
  if (!run) return;
  const status = foldEvents(run.plan, run.events);
  const step = status.steps.get(key.step)?.definition;
  if (!step || !isInFlight(status, key.step, key.attempt)) return;
  const end = (await verifiedEnd(options, key, step, run.plan)) ?? heard;
  if (!end) return;
  const reaction = reactToEnd(key.step, key.attempt, end, clock.now(), random);
  await engine.react(key.runId, reaction, run);
}

async function verifiedEnd(
  { artifacts, history, clock, observer }: SettleOptions,
  key: CommandKey,
  step: PipelineStep,
  plan: RunPlan,
): Promise<AttemptEnd | undefined> {
  const beganAt = clock.now();
  const observe = (error: ErrorReport | null) =>
    observer?.verified?.({ key, beganAt, endedAt: clock.now(), error });
  try {
    const verification = await verifyAttempt({ artifacts, history }, key, step, plan);
    if (!verification) return undefined;
    const end = endOf(verification);
    observe(end.state === 'failed' ? end.error : null);
    return end;
  } catch (error) {
    observe(toTriadError(error).report());
    // Only what verification found counts against the attempt; a store that does not answer
    // does not.
    if (error instanceof TriadError && !error.retryable) {
      return { state: 'failed', error: error.report() };
    }
    throw error;
  }
}

function endOf({ manifest, findings }: Verification): AttemptEnd {
  const postconditions = findings.map(({ name, ok, expected, actual }) => ({
    name,
    ok,
    expected,
    actual,
  }));
  const error = postconditionError(findings);
  if (error) return { state: 'failed', error: error.report(), postconditions };
  const { outputs, tables, metrics, notes, lists } = manifest;
  const result = { outputs, tables, metrics, notes, ...(lists && { lists }) };
  const verified = postconditions.length > 0 && { postconditions };
  return { state: 'succeeded', result: { ...result, ...verified } };
}
