import type { Kysely } from 'kysely';
import { runState } from '../contracts/run-view.ts';
import type { Backlog, BacklogReader } from './backlog.ts';
import type { Database } from './database.ts';

/** `BacklogReader` on any database that Kysely speaks to. */
export class KyselyBacklog implements BacklogReader {
  readonly #db: Kysely<Database>;

  constructor(db: Kysely<Database>) {
    this.#db = db;
  }

  async backlog(now: Date): Promise<Backlog> {
    const runs = await this.#db
      .selectFrom('runs')
      .select(({ fn }) => ['pipeline', 'state', fn.countAll<number>().as('count')])
      .where('state', 'in', ['queued', 'running', 'cancelling'])
      .groupBy(['pipeline', 'state'])
      .orderBy('pipeline')
      .orderBy('state')
      .execute();
    const oldest = await this.#db
      .selectFrom('ticks')
      .select('due_at')
      .where('state', '=', 'expected')
      .where('due_at', '<=', now.toISOString())
      .orderBy('due_at')
      .limit(1)
      .executeTakeFirst();
    return {
      runs: runs.map(({ pipeline, state, count }) => ({
        pipeline,
        state: runState.parse(state),
        count: Number(count),
      })),
      outbox: await this.#count('outbox'),
      deliveries: await this.#count('deliveries'),
      deadLetters: await this.#count('dead_letters'),
      oldestDueTick: oldest ? new Date(oldest.due_at) : null,
    };
  }

  async #count(table: 'outbox' | 'deliveries' | 'dead_letters'): Promise<number> {
    const { count } = await this.#db
      .selectFrom(table)
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow();
    return Number(count);
  }
}
