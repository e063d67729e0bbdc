import type { JobContext, JobResult } from '@triad/shared/jobs/job.ts';
import type {
  Sql,
  TableName,
  Warehouse,
  WarehouseSession,
} from '@triad/shared/warehouse/warehouse.ts';
import { passFence } from './fence.ts';
import { preparePublications, readPublications, recordPublications } from './publications.ts';
import { withStaging } from './staging.ts';
import { runDateParameter } from './statements.ts';

/** What publishing one table means, once all is built and audited. */
export type Change =
  /** The rows of the run date are replaced by those of `from`. */
  | { kind: 'run-date'; table: string; from: TableName }
  /** The table is replaced by `from`. */
  | { kind: 'whole'; table: string; from: TableName }
  | { kind: 'view'; table: string; sql: Sql };

/** Built aside and audited: fit to be published. */
export interface Staged {
  changes: readonly Change[];
  result: JobResult;
}

export interface Work {
  dataset: string;
  /** The tables to be published. */
  tables: readonly string[];
  /** SHA-256 of all that decides the result. */
  fingerprint: string;
  /** Builds aside, in the given dataset, and audits. Throws when anything is wrong. */
  build: (staging: string) => Promise<Staged>;
}

/**
 * Write, audit, publish, once per step of a run: builds aside, then publishes all tables in one
 * transaction, together with the record of who did it. Until that commits, and when anything
 * fails, the published tables are as they were.
 */
export async function publishOnce(
  warehouse: Warehouse,
  { spec, clock, log }: Pick<JobContext, 'spec' | 'clock' | 'log'>,
  { dataset, tables, fingerprint, build }: Work,
): Promise<JobResult> {
  const fence = async (session: WarehouseSession) =>
    passFence(spec, fingerprint, tables, await readPublications(session, tables, spec.runDate));

  await preparePublications(warehouse);
  const done = await fence(warehouse);
  if (done) {
    log.info({ tables }, 'An earlier attempt has published this already');
    return done;
  }
  return withStaging(warehouse, spec, async (staging) => {
    const { changes, result } = await build(staging);
    return warehouse.transaction(async (session) => {
      // Once more, now that nobody can publish in between.
      const meanwhile = await fence(session);
      if (meanwhile) return meanwhile;
      for (const change of changes) await apply(session, dataset, spec.runDate, change);
      await recordPublications(session, spec, { fingerprint, result, at: clock.now() });
      return result;
    });
  });
}

async function apply(
  session: WarehouseSession,
  dataset: string,
  runDate: string,
  change: Change,
): Promise<void> {
  const target: TableName = { dataset, table: change.table };
  if (change.kind === 'view') return session.createView(target, change.sql);
  if (change.kind === 'whole') await session.drop(target);
  if (!(await session.columns(target))) {
    await session.createTable(target, (await session.columns(change.from)) ?? []);
  }
  if (change.kind === 'run-date') await session.deleteRows(target, runDateParameter(runDate));
  await session.copyRows(change.from, target);
}
