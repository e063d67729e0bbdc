import type { Kysely } from 'kysely';
import { errorReport } from '../contracts/error-report.ts';
import { runEvent } from '../contracts/run-event.ts';
import { runPlan } from '../contracts/run-plan.ts';
import { runTrigger } from '../contracts/run-trigger.ts';
import { runState } from '../contracts/run-view.ts';
import type { Database } from './database.ts';
import type { DatedRun, DeadLetterCount, RunFacts, UnfinishedRun } from './run-facts.ts';

/** `RunFacts` on any database that Kysely speaks to. */
export class KyselyRunFacts implements RunFacts {
  readonly #db: Kysely<Database>;

  constructor(db: Kysely<Database>) {
    this.#db = db;
  }

  async unfinishedRuns(): Promise<UnfinishedRun[]> {
    const rows = await this.#db
      .selectFrom('runs')
      .leftJoin('ticks', 'ticks.run_id', 'runs.run_id')
      .select([
        'runs.run_id',
        'runs.pipeline',
        'runs.run_date',
        'runs.state',
        'runs.trigger',
        'runs.created_at',
        'ticks.due_at',
      ])
      .where('runs.state', 'in', ['queued', 'running', 'cancelling'])
      .orderBy('runs.run_id')
      .execute();
    return rows.map((row) => ({
      runId: row.run_id,
      pipeline: row.pipeline,
      runDate: row.run_date,
      state: runState.parse(row.state),
      trigger: runTrigger.parse(row.trigger),
      dueAt: new Date(row.due_at ?? row.created_at),
    }));
  }

  async failuresSince(from: Date): Promise<{ pipeline: string; runDate: string }[]> {
    const rows = await this.#db
      .selectFrom('runs')
      .select(['pipeline', 'run_date'])
      .distinct()
      .where('state', '=', 'failed')
      .where('finished_at', '>=', from.toISOString())
      .execute();
    return rows.map(({ pipeline, run_date }) => ({ pipeline, runDate: run_date }));
  }

  async runsOf(pipeline: string, runDate: string): Promise<DatedRun[]> {
    const rows = await this.#db
      .selectFrom('runs')
      .selectAll()
      .where('pipeline', '=', pipeline)
      .where('run_date', '=', runDate)
      .orderBy('run_id')
      .execute();
    return rows.map((row) => {
      const { interval } = runPlan.pick({ interval: true }).parse(JSON.parse(row.plan));
      return {
        runId: row.run_id,
        pipeline,
        runDate,
        state: runState.parse(row.state),
        trigger: runTrigger.parse(row.trigger),
        createdAt: new Date(row.created_at),
        finishedAt: row.finished_at === null ? null : new Date(row.finished_at),
        error: row.error === null ? null : errorReport.parse(JSON.parse(row.error)),
        intervalEnd: interval && new Date(interval.end),
      };
    });
  }

  async newestSuccess(pipeline: string): Promise<Date | undefined> {
    const row = await this.#db
      .selectFrom('runs')
      .select('finished_at')
      .where('pipeline', '=', pipeline)
      .where('state', '=', 'succeeded')
      .where('finished_at', 'is not', null)
      .orderBy('finished_at', 'desc')
      .limit(1)
      .executeTakeFirst();
    return row?.finished_at ? new Date(row.finished_at) : undefined;
  }

  async answeredFirings(pipeline: string, after: Date, until: Date): Promise<Date[]> {
    const rows = await this.#db
      .selectFrom('ticks')
      .leftJoin('pauses', 'pauses.pipeline', 'ticks.pipeline')
      .select('ticks.occurrence')
      .where('ticks.pipeline', '=', pipeline)
      .where('ticks.occurrence', '>', after.toISOString())
      .where('ticks.occurrence', '<=', until.toISOString())
      // A pause answers what is due while it lasts.
      .where(({ or, eb }) =>
        or([
          eb('ticks.state', '!=', 'expected'),
          eb('pauses.at', '<=', eb.ref('ticks.occurrence')),
        ]),
      )
      .orderBy('ticks.occurrence')
      .execute();
    return rows.map(({ occurrence }) => new Date(occurrence));
  }

  async eventsOf(runId: string) {
    const rows = await this.#db
      .selectFrom('run_events')
      .select(['at', 'event'])
      .where('run_id', '=', runId)
      .orderBy('seq')
      .execute();
    return rows.map(({ at, event }) => ({
      at: new Date(at),
      event: runEvent.parse(JSON.parse(event)),
    }));
  }

  async deadLetterCounts(): Promise<DeadLetterCount[]> {
    const rows = await this.#db
      .selectFrom('dead_letters')
      .select(({ fn }) => [
        'subscription',
        fn.countAll<number>().as('count'),
        fn.min('at').as('oldest'),
      ])
      .groupBy('subscription')
      .orderBy('subscription')
      .execute();
    return rows.map(({ subscription, count, oldest }) => ({
      subscription,
      count: Number(count),
      oldest: new Date(oldest),
    }));
  }
}
