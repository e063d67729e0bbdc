import type { ManifestTable } from '@triad/shared/contracts/manifest.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import type { JobContext, JobResult, StepHandler } from '@triad/shared/jobs/job.ts';
import type { Warehouse } from '@triad/shared/warehouse/warehouse.ts';
import { z } from 'zod';
import { compileProject } from '../compile/compile-project.ts';
import { type Action, inDataset, originOf, type Project } from '../compile/project.ts';
import type { SqlRunnerServices } from '../services.ts';
import { withWarehouse } from '../with-warehouse.ts';
import { audit } from './audit.ts';
import { fingerprintOf } from './fingerprint.ts';
import { preparePublications, readPublications } from './publications.ts';
import { type Change, publishOnce, type Staged } from './publish-once.ts';
import { readMetrics } from './read-metrics.ts';
import { assertionsOn, readFromOutside, selectActions } from './select.ts';
import { showPublished, stageRunDate } from './stage-table.ts';
import { tableText } from './statements.ts';
import { stepParams } from './step-params.ts';
import { tableOf, watermarkText } from './watermark.ts';

const tagList = z
  .string()
  .transform((text) => text.split(',').map((tag) => tag.trim()))
  .default([]);

const params = z.object({
  /** Only the actions with one of these tags, separated by commas. Default: all. */
  tags: tagList,
  /** Of those, only the actions with none of these tags. */
  except_tags: tagList,
});

/** The `sql` step: builds the project's tables for the run date, audits and publishes them. */
export const sqlStep =
  (services: SqlRunnerServices): StepHandler =>
  async (context) => {
    const { spec } = context;
    const { tags, except_tags } = stepParams(params, spec);
    const project = compileProject(services.sqlDirectory, spec.runDate);
    const actions = selectActions(project, tags, except_tags);
    if (actions.length === 0) {
      const name = [...tags, ...except_tags.map((tag) => `not ${tag}`)].join(', ');
      throw new TriadError('NOT_FOUND', { what: 'SQL action with tags', name });
    }
    return withWarehouse(services, context, (warehouse) =>
      publishActions(warehouse, services, context, project, actions),
    );
  };

async function publishActions(
  warehouse: Warehouse,
  { dataset }: SqlRunnerServices,
  context: JobContext,
  project: Project,
  actions: readonly Action[],
): Promise<JobResult> {
  const { runDate } = context.spec;
  const tables = actions.map(({ name }) => name);
  const assertions = assertionsOn(project, actions);
  const inputs = readFromOutside([...actions, ...assertions], tables);
  await preparePublications(warehouse);
  const loaded = await readPublications(warehouse, inputs, runDate);
  const fingerprint = fingerprintOf([
    project.hash,
    tables,
    loaded.map(({ table, runId, step, attempt }) => [table, runId, step, attempt]),
  ]);

  const build = async (staging: string): Promise<Staged> => {
    for (const table of inputs) await showPublished(warehouse, { dataset, table }, staging);
    const changes: Change[] = [];
    const tables: ManifestTable[] = [];
    for (const action of actions) {
      const { change, built } = await stage(warehouse, action, { dataset, staging, runDate });
      changes.push(change);
      if (built) tables.push(built);
    }
    const checks = await audit(warehouse, staging, assertions);
    const metrics = await readMetrics(warehouse, actions, staging, runDate);
    return { changes, result: { tables, metrics, checks, sqlHash: project.hash } };
  };
  return publishOnce(warehouse, context, { dataset, tables, fingerprint, build });
}

interface Place {
  dataset: string;
  staging: string;
  runDate: string;
}

/** Builds one action in the staging dataset, under its own name. */
async function stage(
  warehouse: Warehouse,
  action: Action,
  { dataset, staging, runDate }: Place,
): Promise<{ change: Change; built?: ManifestTable }> {
  const table = action.name;
  const origin = originOf(action);
  const sql = { text: inDataset(action.text, staging), origin };
  const staged = { dataset: staging, table };
  switch (action.kind) {
    case 'incremental': {
      const place = { published: { dataset, table }, staging, runDate };
      const { from, built } = await stageRunDate(warehouse, place, sql);
      return { change: { kind: 'run-date', table, from }, built };
    }
    case 'table': {
      await warehouse.createTable(staged, sql);
      const mark = watermarkText((await warehouse.columns(staged)) ?? []);
      const text = `SELECT COUNT(*), ${mark} FROM ${tableText(staged)}`;
      const { rows } = await warehouse.query({ text, origin });
      const [count, watermark] = rows[0] ?? [];
      const built = tableOf(table, Number(count), watermark);
      return { change: { kind: 'whole', table, from: staged }, built };
    }
    case 'view': {
      await warehouse.createView(staged, sql);
      const published = { text: inDataset(action.text, dataset), origin };
      return { change: { kind: 'view', table, sql: published } };
    }
  }
}
