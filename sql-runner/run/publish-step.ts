import { digestFile } from '@triad/shared/artifacts/digest-file.ts';
import type { StepInput } from '@triad/shared/contracts/command.ts';
import type { JobSpec } from '@triad/shared/contracts/job-spec.ts';
import { parseInput } from '@triad/shared/errors/parse-input.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import type { JobContext, StepHandler } from '@triad/shared/jobs/job.ts';
import type { TableName, Warehouse } from '@triad/shared/warehouse/warehouse.ts';
import { z } from 'zod';
import { compileProject } from '../compile/compile-project.ts';
import type { Declaration, Project } from '../compile/project.ts';
import type { SqlRunnerServices } from '../services.ts';
import { withWarehouse } from '../with-warehouse.ts';
import { audit } from './audit.ts';
import { fingerprintOf } from './fingerprint.ts';
import { publishOnce, type Staged } from './publish-once.ts';
import { readFromOutside } from './select.ts';
import { showPublished, stageRunDate } from './stage-table.ts';
import { name, tableText } from './statements.ts';
import { stepParams } from './step-params.ts';

const params = z.object({ table: z.string() });
const inputName = 'predictions';

/**
 * The `publish` step: takes the Parquet file `predictions` of an earlier step and publishes its
 * rows as a declared table, after the assertions that read that table.
 */
export const publishStep =
  (services: SqlRunnerServices): StepHandler =>
  async (context) => {
    const { spec } = context;
    const project = compileProject(services.sqlDirectory, spec.runDate);
    const declaration = declarationOf(project, stepParams(params, spec).table);
    const input = inputOf(spec);
    const file = await verifiedFile(context, input);
    return withWarehouse(services, context, (warehouse) =>
      publishOnce(warehouse, context, {
        dataset: services.dataset,
        tables: [declaration.name],
        fingerprint: fingerprintOf([declaration.name, input.sha256, project.hash]),
        build: (staging) =>
          build(warehouse, project, declaration, {
            file,
            staging,
            dataset: services.dataset,
            runDate: spec.runDate,
          }),
      }),
    );
  };

function declarationOf(project: Project, table: string): Declaration {
  const found = project.declarations.find(({ name: declared }) => declared === table);
  if (found) return found;
  throw new TriadError('NOT_FOUND', { what: 'declared table', name: table });
}

function inputOf(spec: JobSpec): StepInput {
  const found = spec.inputs.find((input) => input.name === inputName);
  if (found) return found;
  const given = spec.inputs.map((input) => input.name).join(', ') || 'none';
  throw new TriadError('STEP_INPUT_MISSING', { step: spec.step, input: inputName, given });
}

/** The input as a local file that holds what the earlier step wrote. */
async function verifiedFile({ artifacts }: JobContext, input: StepInput): Promise<string> {
  const file = await artifacts.localFile(input.path);
  const { sha256 } = await digestFile(file);
  if (sha256 === input.sha256) return file;
  throw new TriadError('MANIFEST_MISMATCH', {
    path: input.path,
    expected: input.sha256,
    actual: sha256,
  });
}

interface Place {
  file: string;
  dataset: string;
  staging: string;
  runDate: string;
}

async function build(
  warehouse: Warehouse,
  project: Project,
  { name: table, columns }: Declaration,
  { file, dataset, staging, runDate }: Place,
): Promise<Staged> {
  parseInput(z.array(z.string()).min(1, 'expected declared columns'), columns, table);
  const read = { dataset: staging, table: `${table}__file` };
  await loadPredictions(warehouse, read, file, columns);
  const hasRunDate = (await warehouse.columns(read))?.some((column) => column.name === 'run_date');
  const list = columns.map((column) =>
    column === 'run_date' && !hasRunDate ? `DATE '${runDate}' AS run_date` : name(column),
  );
  const sql = {
    text: `SELECT ${list.join(', ')} FROM ${tableText(read)}`,
    origin: `the predictions for ${table}`,
  };
  const place = { published: { dataset, table }, staging, runDate };
  const { from, built } = await stageRunDate(warehouse, place, sql);

  const assertions = project.assertions.filter(({ reads }) => reads.includes(table));
  for (const other of readFromOutside(assertions, [table])) {
    await showPublished(warehouse, { dataset, table: other }, staging);
  }
  const checks = await audit(warehouse, staging, assertions);
  return {
    changes: [{ kind: 'run-date', table, from }],
    result: { tables: [built], checks, sqlHash: project.hash },
  };
}

/** Loads exactly the declared columns; only `run_date` may be absent, as the run's own. */
async function loadPredictions(
  warehouse: Warehouse,
  table: TableName,
  path: string,
  declared: readonly string[],
): Promise<void> {
  const own = declared.filter((column) => column !== 'run_date');
  const load = (columns: readonly string[]) =>
    warehouse.loadFile(table, { path, format: 'parquet', columns });
  const { otherColumns } = await load(own);
  const unknown = otherColumns.filter((column) => column !== 'run_date');
  if (unknown.length > 0) {
    const reason = `it has columns that the table does not declare: ${unknown.join(', ')}`;
    throw new TriadError('FILE_INVALID', { path, format: 'predictions', reason });
  }
  if (otherColumns.length === 0) return;
  await warehouse.drop(table);
  await load(declared);
}
