import { formatCommandId } from '@triad/shared/contracts/names.ts';
import type { RunEvent } from '@triad/shared/contracts/run-event.ts';
import type { RunChange, StoredRun } from '@triad/shared/state/state-store.ts';
import { attemptSpan, type SpanContext, spanOf } from '@triad/shared/tracing/span-context.ts';
import type { Tracer } from '@triad/shared/tracing/tracer.ts';
import { declaredStep, dispatchedAt, type TimedEvent } from './attempt-times.ts';
import type { RunObserver, Verification } from './run-observer.ts';

/**
 * One trace per run: the run, its attempts, and their verification. A span is recorded when it is
 * over, from the times that the run's events hold, so that a restart in between loses none of it.
 */
export class RunTracer implements RunObserver {
  readonly #tracer: Tracer;

  constructor(tracer: Tracer) {
    this.#tracer = tracer;
  }

  committed(run: StoredRun, happened: RunChange['events']): void {
    const known: TimedEvent[] = [...run.events];
    for (const one of happened) {
      if (one.event.type === 'run_finished') this.#recordRun(run, known, one.at, one.event);
      else this.#recordAttempt(run, known, one);
      known.push(one);
    }
  }

  verified({ key, beganAt, endedAt, error }: Verification): void {
    const commandId = formatCommandId(key);
    this.#tracer.record({
      name: 'verify',
      context: spanOf(key.runId, 'verify', commandId, beganAt.toISOString()),
      parent: attemptSpan(commandId),
      start: beganAt,
      end: endedAt,
      attributes: attributesOf(key.runId, key.step, key.attempt),
      error: error ?? undefined,
    });
  }

  #recordRun(
    { plan }: StoredRun,
    known: readonly TimedEvent[],
    end: Date,
    { state, error }: Extract<RunEvent, { type: 'run_finished' }>,
  ): void {
    const retries = known.filter(({ event }) => event.type === 'retry_requested');
    const isRetry = retries.length > 0;
    this.#tracer.record({
      name: isRetry ? `retry ${plan.pipeline.name}` : `run ${plan.pipeline.name}`,
      context: roundSpan(plan.runId, retries.length),
      parent: isRetry ? roundSpan(plan.runId, 0) : undefined,
      start: retries.at(-1)?.at ?? plan.createdAt,
      end,
      attributes: {
        'triad.run': plan.runId,
        'triad.pipeline': plan.pipeline.name,
        'triad.run_date': plan.runDate,
        'triad.trigger': plan.trigger,
        'triad.state': state,
      },
      error: error ?? undefined,
    });
  }

  #recordAttempt({ plan }: StoredRun, known: readonly TimedEvent[], { at, event }: TimedEvent) {
    if (
      event.type !== 'step_succeeded' &&
      event.type !== 'step_failed' &&
      event.type !== 'step_cancelled'
    ) {
      return;
    }
    const { runId } = plan;
    const { step, attempt } = event;
    const start = dispatchedAt(known, step, attempt);
    if (!start) return;
    const round = known.filter(
      (other) => other.event.type === 'retry_requested' && other.at <= start,
    );
    this.#tracer.record({
      name: `step ${step}`,
      context: attemptSpan(formatCommandId({ runId, step, attempt })),
      parent: roundSpan(runId, round.length),
      start,
      end: at,
      attributes: {
        ...attributesOf(runId, step, attempt),
        'triad.kind': declaredStep(plan, step)?.kind ?? 'unknown',
      },
      error: event.type === 'step_failed' ? event.error : undefined,
    });
  }
}

/** The run's own span; each retry of a run that had finished has one of its own under it. */
const roundSpan = (runId: string, retries: number): SpanContext =>
  retries === 0 ? spanOf(runId, 'run') : spanOf(runId, 'retry', String(retries));

const attributesOf = (runId: string, step: string, attempt: number) => ({
  'triad.run': runId,
  'triad.step': step,
  'triad.attempt': attempt,
});
