import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  forbiddenFiles,
  installedDebs,
  installedPackages,
  unneededPackages,
} from '../../../docker/check/image-rules.ts';

describe('files that may be in no image', () => {
  for (const path of [
    'triad/shared/x.test.ts',
    'triad/tests/run.ts',
    'triad/node_modules/a/index.js.map',
    'triad/.env',
    'triad/invoker/.env.production',
    'triad/.git/HEAD',
    'triad/.npmrc',
    'root/.npmrc',
    'triad/invoker/server.pem',
    'triad/package-lock.json',
    'triad/.triad/state.db',
  ]) {
    test(`${path} is found`, () => assert.equal(forbiddenFiles([path]).length, 1));
  }

  test('what an image is made of is none of them', () => {
    const paths = [
      'triad/invoker/main.ts',
      'triad/node_modules/a/.package-lock.json',
      'triad/node_modules/.package-lock.json',
      'triad/node_modules/a/test.js',
      'etc/ssl/certs/ca.pem',
      'triad/node_modules/env/index.js',
      'usr/share/maps/x.map',
    ];
    assert.deepEqual(forbiddenFiles(paths), []);
  });
});

test('packages are found by their package.json, nested ones too, folders of a package are none', () => {
  const paths = [
    'triad/node_modules/a/package.json',
    'triad/node_modules/@s/b/package.json',
    'triad/node_modules/a/node_modules/c/package.json',
    'triad/node_modules/a/esm/package.json',
    'triad/shared/package.json',
    'usr/local/lib/node_modules/npm/package.json',
  ];
  assert.deepEqual(installedPackages(paths), [
    'node_modules/a',
    'node_modules/@s/b',
    'node_modules/a/node_modules/c',
  ]);
});

test('packages of Debian are those that are installed', () => {
  const status = [
    'Package: libc6\nStatus: install ok installed\nVersion: 2.36',
    'Package: gone\nStatus: deinstall ok config-files\nVersion: 1',
    'Package: base-files\nEssential: yes\nStatus: install ok installed\n',
  ].join('\n\n');
  assert.deepEqual(installedDebs(status), ['libc6', 'base-files']);
});

describe('packages that no workspace of an image needs', () => {
  const lock = {
    packages: {
      shared: {
        dependencies: { a: '1' },
        peerDependencies: { peer: '*' },
        peerDependenciesMeta: { peer: { optional: true } },
      },
      invoker: { dependencies: { b: '1' } },
      trainer: { dependencies: { peer: '1' } },
      'node_modules/a': { optionalDependencies: { c: '1' } },
      'node_modules/a/node_modules/c': { dependencies: { d: '1' } },
      'node_modules/b': { peerDependencies: { e: '*' } },
      'node_modules/c': {},
      'node_modules/d': {},
      'node_modules/e': {},
      'node_modules/peer': {},
      'node_modules/tool': { dev: true },
      'node_modules/@triad/invoker': { link: true, resolved: 'invoker' },
    },
  };
  const needed = [
    ...['node_modules/a', 'node_modules/a/node_modules/c', 'node_modules/b'],
    ...['node_modules/d', 'node_modules/e', 'node_modules/@triad/invoker'],
  ];

  test('what the workspace reaches is needed: nested, optional, and peers of packages', () => {
    assert.deepEqual(unneededPackages(needed, ['invoker'], lock), []);
    assert.deepEqual(unneededPackages(['node_modules/@triad/invoker'], ['trainer'], lock), [
      'triad/node_modules/@triad/invoker: needed by none of its workspaces',
    ]);
  });

  test('a peer of shared is needed only by a workspace that lists it', () => {
    const installed = ['node_modules/peer'];
    assert.deepEqual(unneededPackages(installed, ['trainer'], lock), []);
    assert.deepEqual(unneededPackages(installed, ['invoker'], lock), [
      'triad/node_modules/peer: needed by none of its workspaces',
    ]);
  });

  test('or by an image that has no workspace, and says so', () => {
    assert.deepEqual(unneededPackages(['node_modules/peer'], [], lock, ['peer']), []);
    assert.equal(unneededPackages(['node_modules/peer'], [], lock).length, 1);
  });

  test('tools of developers, other versions and unlocked packages are named', () => {
    const installed = ['node_modules/tool', 'node_modules/c', 'node_modules/new'];
    assert.deepEqual(unneededPackages(installed, ['invoker'], lock), [
      'triad/node_modules/tool: for developers alone',
      'triad/node_modules/c: needed by none of its workspaces',
      'triad/node_modules/new: not in the lock file',
    ]);
  });
});
