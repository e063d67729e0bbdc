import type { ArtifactStore } from '@triad/shared/artifacts/artifact-store.ts';
import { manifestPath } from '@triad/shared/contracts/attempt.ts';
import { parseManifest } from '@triad/shared/contracts/manifest.ts';
import type { RunView } from '@triad/shared/contracts/run-view.ts';
import type { JobRecord } from '@triad/shared/jobs/job-record.ts';
import { type Finding, look } from '../finding.ts';

export interface WorkFound {
  runs: RunView[];
  artifacts: ArtifactStore;
  /** Rows of the published table: how many, and how many different ones, of each run date. */
  published: { run_date: string; found: number; different: number }[];
  /** In the order in which they were made. */
  jobs: JobRecord[];
}

/** What must hold of what jobs did: it is whole, it is there once, and jobs kept out of each other's way. */
export async function checkWork(found: WorkFound): Promise<Finding[]> {
  const { runs, artifacts, published, jobs } = found;
  const steps = runs.flatMap((run) => run.steps.map((step) => ({ run, step })));
  const green = steps.filter(({ step }) => step.state === 'succeeded');
  const ledgers = runs.filter(({ pipeline }) => pipeline === 'ledger');
  const hasSucceeded = (date: string) =>
    ledgers.some(({ runDate, state }) => runDate === date && state === 'succeeded');
  const times = await Promise.all(jobs.map((job) => timeOf(job, artifacts)));
  const warehouse = times.filter(({ job }) => job.spec.job === 'sql-runner');
  const solo = times.filter(({ job }) => job.spec.job === 'mortal' && job.spec.step === 'last');

  return Promise.all([
    look('green means a whole manifest', green, async ({ run, step }) => {
      const attempt = step.history.find(({ state }) => state === 'succeeded')?.attempt ?? 0;
      const path = manifestPath({ runId: run.runId, step: step.name, attempt });
      if (!(await artifacts.stat(path))) return path;
      for (const output of step.outputs) {
        const found = await artifacts.digest(output.path);
        if (found?.sha256 !== output.sha256) return output.path;
      }
      return undefined;
    }),
    look(
      'each publication is there once',
      [...new Set(ledgers.map((run) => run.runDate))],
      (date) => {
        const rows = published.find((row) => row.run_date === date);
        if (!rows && !hasSucceeded(date)) return undefined;
        return rows?.found === 3 && rows.different === 3
          ? undefined
          : `${date}: ${rows?.found ?? 0} rows`;
      },
    ),
    look('one job at a time has the warehouse', warehouse, overlapIn(warehouse)),
    look('one job at a time has the pool of one', solo, overlapIn(solo)),
    look('no job process is left', jobs, ({ spec, end }) => (end ? undefined : spec.id)),
  ]);
}

interface JobTime {
  job: JobRecord;
  /** In milliseconds, as all instants here. */
  from: number;
  to: number;
}

/** A job has what it was given up to its manifest, the last thing it does, or else up to its end. */
async function timeOf(job: JobRecord, artifacts: ArtifactStore): Promise<JobTime> {
  const from = Date.parse(job.createdAt);
  const end = job.end ? Date.parse(job.end.endedAt) : Number.POSITIVE_INFINITY;
  const path = manifestPath(job.spec);
  const found = await artifacts.get(path);
  if (!found) return { job, from, to: end };
  const { finishedAt } = parseManifest(JSON.parse(found.body.toString()));
  return { job, from, to: Math.min(end, Date.parse(finishedAt)) };
}

/** Says which job of a pool began before the one ahead of it had ended. */
const overlapIn =
  (times: JobTime[]) =>
  ({ job, from }: JobTime) => {
    const other = times.find((each) => each.job !== job && each.from <= from && each.to > from);
    return other ? `${job.spec.id} began before ${other.job.spec.id} ended` : undefined;
  };
