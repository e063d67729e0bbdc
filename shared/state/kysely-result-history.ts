import type { Kysely } from 'kysely';
import { runEvent, type StepResult } from '../contracts/run-event.ts';
import type { Database } from './database.ts';
import type { PreviousResult, ResultHistory } from './result-history.ts';

/** A step that was skipped in this many runs in a row has no history that is worth comparing. */
const maxRuns = 20;

/** `ResultHistory` on any database that Kysely speaks to. */
export class KyselyResultHistory implements ResultHistory {
  readonly #db: Kysely<Database>;

  constructor(db: Kysely<Database>) {
    this.#db = db;
  }

  async previousResult({
    pipeline,
    step,
    runDate,
  }: {
    pipeline: string;
    step: string;
    runDate: string;
  }): Promise<PreviousResult | undefined> {
    const runs = await this.#db
      .selectFrom('runs')
      .select(['run_id', 'run_date'])
      .where('pipeline', '=', pipeline)
      .where('state', '=', 'succeeded')
      .where('run_date', '<', runDate)
      .orderBy('run_date', 'desc')
      .orderBy('run_id', 'desc')
      .limit(maxRuns)
      .execute();
    for (const { run_id: runId, run_date } of runs) {
      const result = await this.#resultOf(runId, step);
      if (result) return { runId, runDate: run_date, result };
    }
    return undefined;
  }

  /** The last one, as a run that is retried may give several. */
  async #resultOf(runId: string, step: string): Promise<StepResult | undefined> {
    const rows = await this.#db
      .selectFrom('run_events')
      .select('event')
      .where('run_id', '=', runId)
      .where((where) =>
        where.or([
          where('event', 'like', '%"step_succeeded"%'),
          where('event', 'like', '%"step_reused"%'),
        ]),
      )
      .orderBy('seq', 'desc')
      .execute();
    for (const row of rows) {
      const event = runEvent.parse(JSON.parse(row.event));
      if ('result' in event && event.step === step) return event.result;
    }
    return undefined;
  }
}
