import assert from 'node:assert/strict';
import type { RunEvent } from '@triad/shared/contracts/run-event.ts';
import type { RunPlan } from '@triad/shared/contracts/run-plan.ts';
import type { InFlight, PoolWait, RunChange, StoredRun } from '@triad/shared/state/state-store.ts';
import { decide } from '../../../orchestrator/run/decide.ts';
import { inFlightCommands, planChange } from '../../../orchestrator/run/plan-change.ts';
import { type AttemptEnd, reactToEnd } from '../../../orchestrator/run/react-to-end.ts';
import type { Reaction } from '../../../orchestrator/run/run-engine.ts';
import { foldEvents, type RunStatus } from '../../../orchestrator/run/run-status.ts';
import { sequentialIds } from '../sequential-ids.ts';

const poolSizes = new Map([['warehouse', 1]]);

/**
 * Runs that live in memory and move as the engine moves them. After every change it is asserted
 * what must hold at any time.
 */
export class SimulatedRuns {
  now = new Date('2024-02-01T06:00:00.000Z');
  readonly runs = new Map<string, StoredRun>();
  readonly inFlight = new Map<string, InFlight>();
  waits: PoolWait[] = [];
  readonly #ids = sequentialIds();

  constructor(plans: RunPlan[]) {
    for (const plan of plans) this.runs.set(plan.runId, { plan, events: [] });
    this.advanceAll();
  }

  run(runId: string): StoredRun {
    const run = this.runs.get(runId);
    assert.ok(run);
    return run;
  }

  status(runId: string): RunStatus {
    const { plan, events } = this.run(runId);
    return foldEvents(plan, events);
  }

  get unfinished(): string[] {
    return [...this.runs.keys()].filter((runId) => !this.status(runId).finishedAt);
  }

  advanceAll(): void {
    for (const runId of this.unfinished) this.react(runId, () => []);
  }

  /** Ends an attempt; that it is in flight is not required. */
  end(
    attempt: Pick<InFlight, 'runId' | 'step' | 'attempt'>,
    end: AttemptEnd,
  ): RunChange | undefined {
    const { runId, step, attempt: number } = attempt;
    const change = this.react(
      runId,
      reactToEnd(step, number, end, this.now, () => 0.5),
    );
    // A slot that was given up may be what another run waits for.
    this.advanceAll();
    return change;
  }

  react(runId: string, reaction: Reaction): RunChange | undefined {
    const run = this.run(runId);
    const happened = reaction(run.plan, this.status(runId));
    const context = {
      now: this.now,
      ids: this.#ids,
      inFlight: [...this.inFlight.values()],
      poolSizes,
      waits: this.waits,
      cache: new Map(),
    };
    const { change } = planChange(run, happened, context);
    if (!change) {
      assert.deepEqual(happened, []);
      return undefined;
    }
    this.#checkDispatches(run, change);
    const events = change.events.map((event, index) => ({
      seq: run.events.length + index + 1,
      ...event,
    }));
    this.runs.set(runId, { plan: run.plan, events: [...run.events, ...events] });
    for (const commandId of change.ended) assert.ok(this.inFlight.delete(commandId), commandId);
    for (const entry of change.dispatched) this.inFlight.set(entry.commandId, entry);
    const others = this.waits.filter((wait) => wait.runId !== runId);
    const own = change.waits.map((pool) => ({ pool, runId, priority: run.plan.priority }));
    this.waits = [...others, ...own].toSorted(byPlace);
    this.#checkRun(runId, change);
    return change;
  }

  /** A step is dispatched after its dependencies succeeded, as its next attempt, once at a time. */
  #checkDispatches(run: StoredRun, change: RunChange): void {
    const draft = [...run.events];
    for (const { at, event } of change.events) {
      if (event.type === 'step_dispatched') {
        const before = foldEvents(run.plan, draft);
        const step = run.plan.pipeline.steps.find(({ name }) => name === event.step);
        assert.ok(step && !before.finishedAt && before.state === 'running');
        for (const name of step.after) assert.equal(before.steps.get(name)?.state, 'succeeded');
        const own = before.steps.get(event.step);
        assert.equal(own?.state, 'waiting');
        assert.equal(event.attempt, own.attempts.length + 1);
        assert.ok(!own.retryAt || own.retryAt <= at);
      }
      draft.push({ seq: draft.length + 1, at, event });
    }
  }

  #checkRun(runId: string, change: RunChange): void {
    const { plan, events } = this.run(runId);
    const status = this.status(runId);
    const { state, finishedAt, error } = status;
    assert.deepEqual({ state, finishedAt, error }, pick(change));
    // Replayed from JSON, as after a restart, the events tell the same.
    const replayed = events.map(({ seq, at, event }) => {
      return { seq, at, event: JSON.parse(JSON.stringify(event)) as RunEvent };
    });
    assert.deepEqual(foldEvents(plan, replayed), status);

    const ofRun = [...this.inFlight.values()].filter((entry) => entry.runId === runId);
    const commandIds = ofRun.map(({ commandId }) => commandId);
    assert.deepEqual(commandIds.toSorted(), inFlightCommands(status).toSorted());
    assert.equal(new Set(ofRun.map(({ step }) => step)).size, ofRun.length);
    const slots = [...this.inFlight.values()].flatMap((entry) => entry.slots);
    assert.ok(slots.length <= 1, 'a slot is held twice');
    const sent = change.outbox.filter(({ event }) => event.type === 'dev.triad.command');
    assert.deepEqual(
      sent.map(({ event }) => event.subject),
      change.dispatched.map(({ commandId }) => commandId),
    );

    assert.deepEqual(decide(plan, status, this.now), decide(plan, status, this.now));
    const { change: again } = planChange(this.run(runId), [], {
      now: this.now,
      ids: this.#ids,
      inFlight: [...this.inFlight.values()],
      poolSizes,
      waits: this.waits,
      cache: new Map(),
    });
    assert.equal(again, undefined, 'deciding again changes something');
  }
}

const byPlace = (a: PoolWait, b: PoolWait) =>
  b.priority - a.priority || a.runId.localeCompare(b.runId);

const pick = ({ state, finishedAt, error }: RunChange) => ({ state, finishedAt, error });

const failure = (retryable: boolean): Extract<AttemptEnd, { state: 'failed' }> => ({
  state: 'failed',
  error: { code: 'TEST', message: 'm', fix: 'f', retryable },
});

/** The ways in which an attempt can end. */
export const ends = {
  succeeded: {
    state: 'succeeded',
    result: { outputs: [], tables: [], metrics: {}, notes: [] },
  },
  retryable: failure(true),
  fatal: failure(false),
  cancelled: { state: 'cancelled' },
} as const satisfies Record<string, AttemptEnd>;
export type EndName = keyof typeof ends;
