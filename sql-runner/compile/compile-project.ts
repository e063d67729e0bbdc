import { createHash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { isoDate } from '@triad/shared/contracts/dates.ts';
import { parseInput } from '@triad/shared/errors/parse-input.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import { actionOf, assertionOf, declarationOf } from './actions.ts';
import { type CompiledGraph, compiledGraph } from './compiled-graph.ts';
import { runDataform } from './dataform-sandbox.ts';
import { inDependencyOrder } from './dependency-order.ts';
import { encodeRequest } from './execution-request.ts';
import { type Project, placeholderDataset } from './project.ts';

const settingsFile = 'workflow_settings.yaml';

/**
 * Compiles the Dataform project at `directory` for a run date, which its SQL sees as the variable
 * `run_date`. `DATAFORM_INVALID` names the file that does not compile or that asks for something
 * that is not run here.
 */
export function compileProject(directory: string, runDate: string): Project {
  const date = parseInput(isoDate, runDate, 'run_date');
  const graph = compile(directory, date);
  const [problem] = graph.graphErrors.compilationErrors;
  if (problem) throw invalid(directory, problem.fileName, problem.message);
  const other = [...graph.operations, ...graph.notebooks, ...graph.dataPreparations][0];
  if (other) {
    throw invalid(directory, other.fileName, 'only tables, views, assertions and declarations run');
  }
  const blame = (file: string, reason: string) => invalid(directory, file, reason);
  const enabled = graph.tables.filter((table) => !table.disabled);
  const actions = inDependencyOrder(enabled.map((table) => actionOf(table, date, blame)));
  const assertions = graph.assertions.filter((one) => !one.disabled).map(assertionOf);
  const declarations = graph.declarations.map(declarationOf);
  const texts = [...actions, ...assertions].map(({ name, text }) => [name, text]);
  const hash = createHash('sha256').update(JSON.stringify(texts)).digest('hex');
  return { actions, assertions, declarations, hash };
}

function compile(directory: string, runDate: string): CompiledGraph {
  if (!existsSync(join(directory, settingsFile))) {
    throw invalid(directory, settingsFile, 'there is no such file');
  }
  const request = encodeRequest({
    directory,
    files: projectFiles(directory),
    dataset: placeholderDataset,
    variables: { run_date: runDate },
  });
  try {
    return compiledGraph.parse(runDataform(directory, request));
  } catch (error) {
    throw invalid(directory, settingsFile, messageOf(error), error);
  }
}

/** The files that Dataform looks at, relative to the project, sorted. */
function projectFiles(directory: string): string[] {
  const inFolders = ['definitions', 'includes'].flatMap((folder) => {
    const path = join(directory, folder);
    if (!existsSync(path)) return [];
    return readdirSync(path, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(directory, join(entry.parentPath, entry.name)));
  });
  return [settingsFile, ...inFolders.sort()];
}

/** An error thrown in Dataform's own global object is no `Error` of this one. */
function messageOf(error: unknown): string {
  const { message } = Object(error) as { message?: unknown };
  return typeof message === 'string' ? message : String(error);
}

const invalid = (directory: string, file: string, reason: string, cause?: unknown) =>
  new TriadError('DATAFORM_INVALID', { directory, file, reason }, { cause });
