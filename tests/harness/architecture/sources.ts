import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative, resolve, sep } from 'node:path';

export const repository = resolve(import.meta.dirname, '../../..');
export const services = ['invoker', 'sql-runner', 'trainer', 'orchestrator', 'cli'] as const;
export const workspaces = ['shared', ...services] as const;

export interface Import {
  /** As written, such as `./x.ts` or `@triad/shared/x/y.ts`. */
  specifier: string;
  /** `import type` and `export type` leave nothing behind at run time. */
  typeOnly: boolean;
  /** `import()`: loaded when it is needed. */
  lazy: boolean;
}

export interface Source {
  /** From the repository's root, with `/`. */
  path: string;
  text: string;
  imports: Import[];
}

const statement = /^\s*(?:import|export)\s+(type\s)?[^'"()]*?from\s+['"]([^'"]+)['"]/gm;
const sideEffect = /^\s*import\s+['"]([^'"]+)['"]/gm;
const dynamic =
  /(?:\bimport|\brequire|\bcreateRequire\(import\.meta\.url\)\.resolve)\(\s*['"]([^'"]+)['"]/g;

export function sourceOf(path: string, text: string): Source {
  const imports = [
    ...[...text.matchAll(statement)].map(([, type, specifier = '']) => ({
      specifier,
      typeOnly: type !== undefined,
      lazy: false,
    })),
    ...[...text.matchAll(sideEffect)].map(([, specifier = '']) => ({
      specifier,
      typeOnly: false,
      lazy: false,
    })),
    ...[...text.matchAll(dynamic)].map(([, specifier = '']) => ({
      specifier,
      typeOnly: false,
      lazy: true,
    })),
  ];
  return { path, text, imports };
}

const readSource = (path: string): Source =>
  sourceOf(path, readFileSync(join(repository, path), 'utf8'));

/** Every file of the project, as paths from the root; what tools and runs leave behind is none. */
export const projectFiles: readonly string[] = readdirSync(repository, {
  recursive: true,
  withFileTypes: true,
})
  .filter((entry) => entry.isFile())
  .map((entry) => relative(repository, join(entry.parentPath, entry.name)).split(sep).join('/'))
  .filter((path) => !/(^|\/)(node_modules|\.(?!ci\/|github\/)[^/]*)\//.test(path))
  .filter((path) => !/(^|\/)\.env$|\.log$/.test(path))
  .sort();

/** All TypeScript of the project. */
export const allSources: readonly Source[] = projectFiles
  .filter((path) => path.endsWith('.ts'))
  .map(readSource);

/** The code that ships: no tests, no benchmarks. */
export const shippedSources = allSources.filter(({ path }) =>
  workspaces.some((workspace) => path.startsWith(`${workspace}/`)),
);

/** The top folder of a path, such as `orchestrator`. */
export const folderOf = (path: string): string => path.split('/')[0] ?? '';

/** The project file that an import means; `undefined` for a package or a Node module. */
export function targetOf(importer: string, specifier: string): string | undefined {
  if (specifier.startsWith('.')) return posix.normalize(posix.join(dirname(importer), specifier));
  const own = /^@triad\/([^/]+)\/(.+)$/.exec(specifier);
  return own ? `${own[1]}/${own[2]}` : undefined;
}

/** The package that an import means; `undefined` for files of the project and Node's modules. */
export function packageOf(specifier: string): string | undefined {
  if (/^(\.|node:|@triad\/)/.test(specifier)) return undefined;
  const [first = '', second = ''] = specifier.split('/');
  return first.startsWith('@') ? `${first}/${second}` : first;
}
