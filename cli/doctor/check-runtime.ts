import { readFile } from 'node:fs/promises';
import { findPackageJSON } from 'node:module';
import { join } from 'node:path';
import { projectDirectory } from '../system/services.ts';
import { type DoctorCheck, fail, ok } from './finding.ts';

const LEAST_NODE = 24;

interface PackageFile {
  workspaces?: string[];
  dependencies?: Record<string, string>;
}

export const checkNode: DoctorCheck = {
  name: 'Node.js',
  async examine() {
    const { node } = process.versions;
    if (Number.parseInt(node, 10) >= LEAST_NODE) return ok(node);
    return fail(
      `${node} is too old`,
      `Run it as npm run -s triad, which brings Node ${LEAST_NODE}.`,
    );
  },
};

export const checkDependencies: DoctorCheck = {
  name: 'dependencies',
  async examine() {
    const { workspaces = [] } = await readPackage(projectDirectory);
    const directories = workspaces.map((workspace) => join(projectDirectory, workspace));
    const missing = (await Promise.all(directories.map(missingFrom))).flat();
    if (missing.length === 0) return ok('all installed');
    return fail(`missing: ${[...new Set(missing)].join(', ')}`, 'Run npm install.');
  },
};

async function missingFrom(directory: string): Promise<string[]> {
  const { dependencies = {} } = await readPackage(directory);
  return Object.keys(dependencies).filter((name) => !isInstalled(name, directory));
}

function isInstalled(name: string, directory: string): boolean {
  try {
    return findPackageJSON(name, join(directory, 'package.json')) !== undefined;
  } catch {
    return false;
  }
}

async function readPackage(directory: string): Promise<PackageFile> {
  return JSON.parse(await readFile(join(directory, 'package.json'), 'utf8')) as PackageFile;
}
