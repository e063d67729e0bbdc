import { cp, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { temporaryDirectory } from '../temporary-directory.ts';
import { repositorySql } from './sql-runner-home.ts';

/** A copy of the repository's SQL project, with files added or replaced. */
export async function copyOfSqlProject(files: Record<string, string> = {}): Promise<string> {
  const directory = join(await temporaryDirectory(), 'sql');
  await cp(repositorySql, directory, { recursive: true });
  await writeFiles(directory, files);
  return directory;
}

/** A Dataform project that has only the given files besides its settings. */
export async function newSqlProject(files: Record<string, string>): Promise<string> {
  const directory = await temporaryDirectory();
  const settings = 'defaultDataset: triad\nvars:\n  run_date: "2000-01-01"\n';
  await writeFiles(directory, { 'workflow_settings.yaml': settings, ...files });
  return directory;
}

async function writeFiles(directory: string, files: Record<string, string>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    const path = join(directory, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
  }
}
