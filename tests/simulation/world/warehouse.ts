import type { JobSpec } from '@triad/shared/contracts/job-spec.ts';
import type { JobResult } from '@triad/shared/jobs/job.ts';
import { passFence } from '../../../sql-runner/run/fence.ts';
import type { Publication } from '../../../sql-runner/run/publications.ts';

export interface Published extends Publication {
  runDate: string;
}

/** A warehouse with the real fence, and nothing behind it but who published what, last. */
export class Warehouse {
  /** By table and run date. */
  readonly standing = new Map<string, Published>();
  readonly #onPublish: PublishListener;

  constructor(onPublish: PublishListener) {
    this.#onPublish = onPublish;
  }

  /** One transaction. `STALE_ATTEMPT` for an attempt that a newer one has overtaken. */
  publish(spec: JobSpec, table: string, fingerprint: string, result: JobResult): JobResult {
    const key = `${table}/${spec.runDate}`;
    const standing = this.standing.get(key);
    const done = passFence(spec, fingerprint, [table], standing ? [standing] : []);
    if (done) return done;
    const { runId, step, attempt, runDate } = spec;
    const publication = { table, runDate, runId, step, attempt, fingerprint, result };
    this.standing.set(key, publication);
    this.#onPublish(publication, standing);
    return result;
  }
}

type PublishListener = (publication: Published, standing: Published | undefined) => void;
