import { DirectoryArtifactStore } from '@triad/shared/artifacts/directory-artifact-store.ts';
import { homeLayout } from '@triad/shared/config/home.ts';
import { manifestPath } from '@triad/shared/contracts/manifest.ts';
import type { RunView } from '@triad/shared/contracts/run-view.ts';
import type { StateStore } from '@triad/shared/state/state-store.ts';
import type { Tick } from '@triad/shared/state/tick-ledger.ts';

/** What was found of one promise: how many things were looked at, and those that break it. */
export interface Finding {
  invariant: string;
  checked: number;
  violations: string[];
}

export interface Aftermath {
  home: string;
  /** The run that each request was answered with. */
  answered: string[];
  runs: RunView[];
  state: StateStore;
  ticks: Tick[];
  /** Rows of the published table: how many, and how many different ones, of each run date. */
  published: { run_date: string; found: number; different: number }[];
  deadLetters: number;
  survivors: number[];
  /** The minutes in which a schedule was due while the system was watched. */
  minutes: Date[];
}

/** Looks for everything that must hold once the faults have stopped. */
export async function checkInvariants(after: Aftermath): Promise<Finding[]> {
  const { runs, answered, ticks, published, minutes, state } = after;
  const steps = runs.flatMap((run) => run.steps.map((step) => ({ run, step })));
  const green = steps.filter(({ step }) => step.state === 'succeeded');
  const ledgers = runs.filter(({ pipeline }) => pipeline === 'ledger');
  const finding = (invariant: string, checked: number, violations: string[]): Finding => ({
    invariant,
    checked,
    violations,
  });
  const twice = answered.filter((id, index) => answered.indexOf(id) !== index);
  const known = new Set(runs.map(({ runId }) => runId));
  const asked = runs.filter(({ trigger }) => trigger === 'manual').length;

  return [
    finding('each request has one run of its own', answered.length, [
      ...twice,
      ...answered.filter((id) => !known.has(id)),
      ...(asked === answered.length ? [] : [`${asked} runs for ${answered.length} requests`]),
    ]),
    finding(
      'each minute of the schedule has one run',
      minutes.length,
      missedTicks(minutes, ticks, known),
    ),
    finding(
      'no run is stuck, and each has succeeded',
      runs.length,
      runs.flatMap(({ runId, state: found }) =>
        found === 'succeeded' ? [] : [`${runId} is ${found}`],
      ),
    ),
    finding(
      'each step has succeeded once',
      steps.length,
      steps.flatMap(({ run, step }) => {
        const times = step.history.filter((attempt) => attempt.state === 'succeeded').length;
        return times === 1 ? [] : [`${run.runId}:${step.name} ${times} times`];
      }),
    ),
    finding('green means a whole manifest', green.length, await unproven(after, green)),
    finding(
      'each publication is there once',
      ledgers.length,
      ledgers.flatMap(({ runDate }) => {
        const rows = published.find((row) => row.run_date === runDate);
        return rows?.found === 3 && rows.different === 3
          ? []
          : [`${runDate}: ${rows?.found ?? 0} rows`];
      }),
    ),
    finding('nothing is left in flight', 1, [
      ...(await state.inFlight()).map(({ commandId }) => `${commandId} is in flight`),
      ...(await state.poolWaits()).map(({ runId, pool }) => `${runId} waits for ${pool}`),
      ...(await state.unpublished(10)).map(({ id }) => `message ${id} is in the outbox`),
    ]),
    finding(
      'no message was given up',
      1,
      after.deadLetters === 0 ? [] : [`${after.deadLetters} dead letters`],
    ),
    finding(
      'no job process is left',
      1,
      after.survivors.map((pid) => `process ${pid}`),
    ),
  ];
}

function missedTicks(minutes: Date[], ticks: Tick[], runs: ReadonlySet<string>): string[] {
  return minutes.flatMap((minute) => {
    const own = ticks.filter(({ occurrence }) => occurrence.getTime() === minute.getTime());
    const made = own.filter(({ runId }) => runId !== null && runs.has(runId));
    return own.length === 1 && made.length === 1 ? [] : [minute.toISOString()];
  });
}

async function unproven(
  { home }: Aftermath,
  green: { run: RunView; step: RunView['steps'][number] }[],
): Promise<string[]> {
  const artifacts = new DirectoryArtifactStore({ directory: homeLayout(home).artifacts });
  const wrong: string[] = [];
  for (const { run, step } of green) {
    const attempt = step.history.find(({ state }) => state === 'succeeded')?.attempt ?? 0;
    const path = manifestPath({ runId: run.runId, step: step.name, attempt });
    if (!(await artifacts.stat(path))) wrong.push(path);
    for (const output of step.outputs) {
      const found = await artifacts.digest(output.path);
      if (found?.sha256 !== output.sha256) wrong.push(output.path);
    }
  }
  return wrong;
}
