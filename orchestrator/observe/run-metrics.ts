import type { RunEvent } from '@triad/shared/contracts/run-event.ts';
import type { RunChange, StoredRun } from '@triad/shared/state/state-store.ts';
import { Counter, Histogram, type Registry } from 'prom-client';
import { declaredStep, dispatchedAt, readySince } from './attempt-times.ts';
import type { RunObserver, Verification } from './run-observer.ts';

const quick = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30, 120, 600];
const slow = [0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600, 4 * 3600, 24 * 3600];

/** Counts and times what happens to runs. Labels are names of pipelines, kinds and ends: few. */
export class RunMetrics implements RunObserver {
  readonly #runs: Counter<'pipeline' | 'state'>;
  readonly #runSeconds: Histogram<'pipeline'>;
  readonly #steps: Counter<'kind' | 'end'>;
  readonly #stepSeconds: Histogram<'kind'>;
  readonly #dispatchSeconds: Histogram;
  readonly #verificationSeconds: Histogram<'outcome'>;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#runs = new Counter({
      name: 'triad_runs_finished_total',
      help: 'Runs that finished.',
      labelNames: ['pipeline', 'state'],
      registers,
    });
    this.#runSeconds = new Histogram({
      name: 'triad_run_seconds',
      help: 'From the creation of a run to its end.',
      labelNames: ['pipeline'],
      buckets: slow,
      registers,
    });
    this.#steps = new Counter({
      name: 'triad_steps_ended_total',
      help: 'Attempts that ended; a step that was skipped or reused had none.',
      labelNames: ['kind', 'end'],
      registers,
    });
    this.#stepSeconds = new Histogram({
      name: 'triad_step_seconds',
      help: 'From the dispatch of an attempt to its verified end.',
      labelNames: ['kind'],
      buckets: slow,
      registers,
    });
    this.#dispatchSeconds = new Histogram({
      name: 'triad_dispatch_seconds',
      help: 'From when a step could start to its dispatch: the wait for a slot included.',
      buckets: quick,
      registers,
    });
    this.#verificationSeconds = new Histogram({
      name: 'triad_verification_seconds',
      help: 'How long an attempt took to verify.',
      labelNames: ['outcome'],
      buckets: quick,
      registers,
    });
  }

  committed({ plan, events }: StoredRun, happened: RunChange['events']): void {
    const known = [...events];
    for (const [index, one] of happened.entries()) {
      this.#count({ plan, events: known }, one);
      known.push({ ...one, seq: events.length + index + 1 });
    }
  }

  verified({ beganAt, endedAt, error }: Verification): void {
    this.#verificationSeconds.observe(
      { outcome: error ? 'failed' : 'passed' },
      seconds(beganAt, endedAt),
    );
  }

  #count({ plan, events }: StoredRun, { at, event }: RunChange['events'][number]): void {
    const pipeline = plan.pipeline.name;
    if (event.type === 'run_finished') {
      this.#runs.inc({ pipeline, state: event.state });
      this.#runSeconds.observe({ pipeline }, seconds(plan.createdAt, at));
      return;
    }
    if (event.type === 'step_dispatched') {
      this.#dispatchSeconds.observe(seconds(readySince(plan, events, event.step), at));
      return;
    }
    const end = endOf(event);
    if (!end || !('step' in event)) return;
    const kind = declaredStep(plan, event.step)?.kind ?? 'unknown';
    this.#steps.inc({ kind, end });
    const began = 'attempt' in event && dispatchedAt(events, event.step, event.attempt);
    if (began) this.#stepSeconds.observe({ kind }, seconds(began, at));
  }
}

function endOf(event: RunEvent): string | undefined {
  switch (event.type) {
    case 'step_succeeded':
      return 'succeeded';
    case 'step_failed':
      return event.retryAt === null ? 'failed' : 'retried';
    case 'step_cancelled':
      return 'cancelled';
    case 'step_skipped':
      return 'skipped';
    case 'step_reused':
      return 'reused';
    case 'approval_decided':
      return event.decision;
    default:
      return undefined;
  }
}

/** Never less than nothing, also when the clock was set back meanwhile. */
const seconds = (from: Date, to: Date): number =>
  Math.max(0, (to.getTime() - from.getTime()) / 1000);
