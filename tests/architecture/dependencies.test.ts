import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { images } from '../../docker/check/images.ts';
import {
  allSources,
  folderOf,
  packageOf,
  repository,
  type Source,
  services,
  targetOf,
} from '../harness/architecture/sources.ts';

interface PackageJson {
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  workspaces?: string[];
  scripts?: Record<string, string>;
}

const manifestOf = (folder: string) =>
  JSON.parse(readFileSync(join(repository, folder, 'package.json'), 'utf8')) as PackageJson;
const names = (record: Record<string, string> = {}) => Object.keys(record).sort();
const byPath = new Map(allSources.map((source) => [source.path, source]));
const sourcesOf = (folder: string) => allSources.filter(({ path }) => folderOf(path) === folder);

/** Packages that files import by themselves; those of types alone are needed for checking only. */
const packagesOf = (sources: Iterable<Source>, withTypes = true): Set<string> =>
  new Set(
    [...sources].flatMap(({ imports }) =>
      imports
        .filter(({ typeOnly }) => withTypes || !typeOnly)
        .flatMap(({ specifier }) => packageOf(specifier) ?? []),
    ),
  );

/** The files and all that they import at run time, through the whole project. */
function reached(sources: Iterable<Source>): Set<Source> {
  const found = new Set<Source>();
  const visit = (source: Source): void => {
    if (found.has(source)) return;
    found.add(source);
    for (const { specifier, typeOnly } of source.imports) {
      const target = typeOnly ? undefined : byPath.get(targetOf(source.path, specifier) ?? '');
      if (target) visit(target);
    }
  };
  for (const source of sources) visit(source);
  return found;
}

const shared = manifestOf('shared');
const peers = new Set(names(shared.peerDependencies));

for (const service of services) {
  describe(`the package of ${service}`, () => {
    const declared = names(manifestOf(service).dependencies).filter((n) => n !== '@triad/shared');
    const own = packagesOf(sourcesOf(service));
    const all = packagesOf(reached(sourcesOf(service)), false);

    test('declares every package it imports', () => {
      assert.deepEqual(
        [...own].filter((name) => !declared.includes(name)),
        [],
      );
    });

    test('declares the packages that the shared files it uses leave to it', () => {
      const left = [...all].filter((name) => peers.has(name) && !declared.includes(name));
      assert.deepEqual(left, []);
    });

    test('declares nothing that it does not use', () => {
      assert.deepEqual(
        declared.filter((name) => !own.has(name) && !all.has(name)),
        [],
      );
    });

    test('depends on no other service', () => {
      const dependencies = names(manifestOf(service).dependencies);
      assert.deepEqual(
        dependencies.filter((name) => name.startsWith('@triad/')),
        ['@triad/shared'],
      );
    });
  });
}

test('shared declares exactly what it imports', () => {
  const declared = [...names(shared.dependencies), ...peers].sort();
  assert.deepEqual(declared, [...packagesOf(sourcesOf('shared'))].sort());
});

test('the image of container steps has what its program needs of what shared leaves open', () => {
  const main = byPath.get('shared/jobs/container/container-main.ts');
  assert.ok(main);
  const left = [...packagesOf(reached([main]), false)].filter((name) => peers.has(name));
  assert.deepEqual(left.sort(), images.container?.peers);
});

test('tests and benchmarks import only what the project declares', () => {
  const root = manifestOf('.');
  const declared = new Set([
    ...names(root.devDependencies),
    ...peers,
    ...['shared', ...services].flatMap((folder) => names(manifestOf(folder).dependencies)),
  ]);
  const used = packagesOf([...sourcesOf('tests'), ...sourcesOf('bench')]);
  assert.deepEqual(
    [...used].filter((name) => !declared.has(name)),
    [],
  );
});

test('the root declares its tools and what only tests use', () => {
  const tools = ['@biomejs/biome', '@types/node', 'node', 'typescript'];
  const used = packagesOf(allSources);
  const unused = names(manifestOf('.').devDependencies).filter(
    (name) => !tools.includes(name) && !used.has(name.replace(/^@types\//, '')),
  );
  assert.deepEqual(unused, []);
});

test('every service is a workspace', () => {
  assert.deepEqual(manifestOf('.').workspaces?.toSorted(), ['shared', ...services].sort());
});
