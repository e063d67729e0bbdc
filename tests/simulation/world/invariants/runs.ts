import { isDeepStrictEqual } from 'node:util';
import type { RunState } from '@triad/shared/contracts/run-view.ts';
import { foldEvents, foldOn } from '../../../../orchestrator/run/run-status.ts';
import { isSatisfied } from '../../../../orchestrator/run/step-status.ts';
import type { Invariant } from './invariant.ts';

export const foldEqualsRow: Invariant = {
  name: 'the row of a run is the fold of its events',
  on: ['run changed'],
  of() {
    return (happening) => {
      if (happening.what !== 'run changed') return undefined;
      const { run, change, seen } = happening;
      const { runId } = run.plan;
      if (seen + change.events.length !== run.events.length) {
        return `a change of run ${runId} was made on ${seen} events and there were ${run.events.length - change.events.length}`;
      }
      const { state, finishedAt, error } = run.status;
      const isEqual =
        state === change.state &&
        finishedAt?.getTime() === change.finishedAt?.getTime() &&
        isDeepStrictEqual(error, change.error);
      return isEqual ? undefined : `run ${runId} is ${change.state}, its events say ${state}`;
    };
  },
};

const isOver = (state: RunState): boolean =>
  state === 'succeeded' || state === 'failed' || state === 'cancelled';

export const historyStays: Invariant = {
  name: 'the events of a finished run stay, until it is retried',
  on: ['run changed', 'rest'],
  of({ state, runs }) {
    return async (happening) => {
      if (happening.what === 'run changed') {
        const { before, change, run } = happening;
        const [first] = change.events;
        if (!isOver(before) || first?.event.type === 'retry_requested') return undefined;
        return `run ${run.plan.runId} was ${before}, then came ${first?.event.type}`;
      }
      if (happening.what !== 'rest') return undefined;
      for (const [runId, { events }] of runs) {
        const stored = await state.getRun(runId);
        if (!stored) return `run ${runId} is gone`;
        if (!isDeepStrictEqual(stored.events, events)) return `the events of run ${runId} changed`;
      }
      return undefined;
    };
  },
};

export const inTurn: Invariant = {
  name: 'a step is dispatched in its turn, one attempt at a time',
  on: ['job started', 'run changed'],
  of({ runs }) {
    const jobs = new Set<string>();
    return (happening) => {
      if (happening.what === 'job started') {
        const { id, runId, step } = happening.spec;
        const attempts = runs.get(runId)?.status.steps.get(step)?.attempts;
        if (!attempts?.some(({ commandId }) => commandId === id))
          return `job ${id} starts, and nobody asked for it`;
        if (jobs.has(id)) return `job ${id} starts twice`;
        jobs.add(id);
      }
      if (happening.what !== 'run changed') return undefined;
      const { run, change } = happening;
      const { runId } = run.plan;
      if (!change.events.some(({ event }) => event.type === 'step_dispatched')) return undefined;
      const status = foldEvents(run.plan, run.events.slice(0, -change.events.length));
      for (const recorded of run.events.slice(-change.events.length)) {
        const { event } = recorded;
        if (event.type !== 'step_dispatched') {
          foldOn(status, run.plan, [recorded]);
          continue;
        }
        const own = status.steps.get(event.step);
        const id = `${runId}:${event.step}:${event.attempt}`;
        if (status.state !== 'running')
          return `${id} is dispatched, and the run is ${status.state}`;
        if (own?.state !== 'waiting') return `${id} is dispatched, and the step is ${own?.state}`;
        if (event.attempt !== own.attempts.length + 1) return `${id} is not the next attempt`;
        for (const name of own.definition.after) {
          const other = status.steps.get(name);
          const isReady =
            other &&
            (own.definition.runIf === 'all_succeeded'
              ? isSatisfied(other)
              : !['waiting', 'dispatched', 'awaiting'].includes(other.state));
          if (!isReady) return `${id} is dispatched, and ${name} is ${other?.state}`;
        }
        foldOn(status, run.plan, [recorded]);
      }
      return undefined;
    };
  },
};

export const approvalsHold: Invariant = {
  name: 'no approval is passed without its decision',
  on: ['run changed'],
  of({ decided }) {
    return (happening) => {
      if (happening.what !== 'run changed') return undefined;
      const { run, change } = happening;
      for (const { event, at } of change.events) {
        if (event.type !== 'approval_decided') continue;
        const { step, decision, by } = event;
        const asked = run.events.findLast(
          (e) => e.event.type === 'approval_requested' && e.event.step === step,
        )?.event;
        const where = `${run.plan.runId}:${step}`;
        if (asked?.type !== 'approval_requested') return `${where} was decided and never asked for`;
        if (by !== 'timeout') {
          if (!decided.has(`${where}/${decision}`)) return `${where} is ${decision} by nobody`;
          continue;
        }
        const { onTimeout } = run.status.steps.get(step)?.definition.approval ?? {};
        const expected = { approve: 'approved', skip: 'skipped', fail: 'refused' };
        if (decision !== expected[onTimeout ?? 'fail']) return `${where} timed out as ${decision}`;
        if (at < new Date(asked.expiresAt)) return `${where} timed out too early`;
      }
      for (const [name, step] of run.status.steps) {
        if (step.definition.kind !== 'approval' || step.state !== 'succeeded') continue;
        const isApproved = run.events.some(
          ({ event: e }) =>
            e.type === 'approval_decided' && e.step === name && e.decision === 'approved',
        );
        if (!isApproved) return `${run.plan.runId}:${name} succeeded without approval`;
      }
      return undefined;
    };
  },
};
