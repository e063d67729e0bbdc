import type { RunView } from '@triad/shared/contracts/run-view.ts';
import type { RecordedEvent } from '@triad/shared/state/state-store.ts';
import type { Tick } from '@triad/shared/state/tick-ledger.ts';
import { type Finding, look } from '../finding.ts';
import type { Users } from '../users.ts';

export interface RunsFound {
  users: Pick<Users, 'asked' | 'reruns' | 'deeds'>;
  runs: RunView[];
  ticks: Tick[];
  /** The minutes in which a schedule was due while the system was watched. */
  minutes: Date[];
  /** By run. */
  events: ReadonlyMap<string, readonly RecordedEvent[]>;
}

/** What must hold of runs: none is lost, none is there twice, and each ended as was asked. */
export function checkRuns({ users, runs, ticks, minutes, events }: RunsFound): Promise<Finding>[] {
  const { asked, reruns } = users;
  const byId = new Map(runs.map((run) => [run.runId, run]));
  const known = [...asked, ...reruns.map(({ runId }) => runId)];
  const steps = runs.flatMap((run) => run.steps.map((step) => ({ run, step })));
  const scheduled = runs.filter(({ trigger }) => trigger === 'schedule');
  const isAsked = ({ trigger }: RunView) => trigger === 'manual' || trigger === 'rerun';

  return [
    look('each request has one run of its own', known, (runId) =>
      byId.has(runId) && known.indexOf(runId) === known.lastIndexOf(runId)
        ? undefined
        : `${runId} is missing, or answers two requests`,
    ),
    look('each run was asked for', runs.filter(isAsked), ({ runId }) =>
      known.includes(runId) ? undefined : `nobody asked for ${runId}`,
    ),
    look('each rerun repeats what it was asked to', reruns, ({ runId, of }) =>
      byId.get(runId)?.rerunOf === of ? undefined : `${runId} does not repeat ${of}`,
    ),
    look('each minute of the schedule has one run', minutes, (minute) => {
      const own = ticks.filter(({ occurrence }) => occurrence.getTime() === minute.getTime());
      const made = scheduled.filter(({ interval }) => interval?.end === minute.toISOString());
      const isOne = own.length === 1 && made.length === 1 && own[0]?.runId === made[0]?.runId;
      return isOne ? undefined : `${minute.toISOString()}: ${made.length} runs`;
    }),
    look('no run is stuck, each ended as was asked', runs, (run) => wrongEnd(run, users)),
    look('nothing starts after a cancellation', [...events], ([runId, own]) =>
      startsAfterCancellation(own) ? runId : undefined,
    ),
    look('no step has succeeded twice', steps, ({ run, step }) => {
      const times = step.history.filter(({ state }) => state === 'succeeded').length;
      const expected = step.state === 'succeeded' && !step.reuse ? 1 : 0;
      return times === expected ? undefined : `${run.runId}:${step.name} ${times} times`;
    }),
  ];
}

function wrongEnd(run: RunView, { deeds }: Pick<Users, 'deeds'>): string | undefined {
  const { runId, pipeline, params, state } = run;
  const good = pipeline === 'doomed' && params.broken ? 'failed' : 'succeeded';
  const own = deeds.filter((deed) => deed.runId === runId);
  const cancels = own.filter(({ deed }) => deed === 'cancel');
  const mayBeCancelled = own.at(-1)?.deed === 'cancel' || cancels.some(({ isSure }) => !isSure);
  if (state === good || (state === 'cancelled' && mayBeCancelled)) return undefined;
  return `${runId} (${pipeline}) is ${state}: ${run.error?.code ?? 'no error'}`;
}

function startsAfterCancellation(events: readonly RecordedEvent[]): boolean {
  let isCancelling = false;
  for (const { event } of events) {
    if (event.type === 'cancel_requested') isCancelling = true;
    else if (event.type === 'retry_requested') isCancelling = false;
    else if (event.type === 'step_dispatched' && isCancelling) return true;
  }
  return false;
}
