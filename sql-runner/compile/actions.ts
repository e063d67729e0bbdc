import type { TriadError } from '@triad/shared/errors/triad-error.ts';
import type { CompiledAssertion, CompiledGraph, CompiledTable } from './compiled-graph.ts';
import { type Action, type Assertion, type Declaration, placeholderDataset } from './project.ts';

/** Makes the error for a file that asks for what is not run here. */
export type Blame = (file: string, reason: string) => TriadError;

const kinds = { INCREMENTAL: 'incremental', TABLE: 'table', VIEW: 'view' } as const;

export function actionOf(table: CompiledTable, runDate: string, blame: Blame): Action {
  const { target, fileName: file, tags } = table;
  if (target.schema !== placeholderDataset) {
    throw blame(file, 'a table may not choose its dataset; it goes to the dataset of the run');
  }
  const kind = kinds[table.enumType];
  if (kind === 'incremental') checkIncremental(table, runDate, blame);
  if (table.preOps.length + table.postOps.length + table.incrementalPostOps.length > 0) {
    throw blame(file, 'pre_operations and post_operations do not run');
  }
  return { name: target.name, kind, text: table.query, reads: readsOf(table), tags, file };
}

/**
 * An incremental table must replace its run date, in Dataform's words: its one pre-operation
 * deletes the run date's rows, and its query does not depend on what was published before.
 */
function checkIncremental(table: CompiledTable, runDate: string, blame: Blame): void {
  const { target, incrementalPreOps, fileName } = table;
  const expected = `DELETE FROM \`${target.schema}.${target.name}\` WHERE run_date = DATE '${runDate}'`;
  const found = incrementalPreOps.map((text) => text.replaceAll(/\s+/g, ' ').trim());
  if (found.length !== 1 || found[0] !== expected) {
    const wanted = "DELETE FROM self() WHERE run_date = DATE '<run_date>'";
    throw blame(fileName, `an incremental table needs exactly one pre-operation: ${wanted}`);
  }
  if (table.incrementalQuery !== table.query) {
    throw blame(fileName, 'the query of an incremental table may not depend on incremental()');
  }
}

export const assertionOf = (assertion: CompiledAssertion): Assertion => ({
  name: assertion.target.name.replace(`${placeholderDataset}_`, ''),
  text: assertion.query,
  reads: readsOf(assertion),
  file: assertion.fileName,
});

export const declarationOf = (declaration: CompiledGraph['declarations'][number]): Declaration => ({
  name: declaration.target.name,
  columns: declaration.actionDescriptor?.columns.map(({ path }) => path.join('.')) ?? [],
  tags: declaration.tags,
});

const readsOf = ({ dependencyTargets }: Pick<CompiledTable, 'dependencyTargets'>): string[] =>
  dependencyTargets.filter((t) => t.schema === placeholderDataset).map((t) => t.name);
