import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectFiles, repository } from '../harness/architecture/sources.ts';

const texts = projectFiles
  .filter((path) => !/\.(parquet|png|ico|woff2?)$/.test(path))
  .map((path) => ({ path, text: readFileSync(join(repository, path), 'utf8') }));

/** Folders of people and of build machines; `/home/u` stands for anyone's in examples. */
const machinePath = /\/(Users|root|work|workspace|mnt)\/[\w.-]+|\/home\/[\w-]{2,}|[A-Z]:\\\\?Users/;
const registryHost = /\bregistry\.[a-z]|\bnpmjs\.(org|com)|artifactory|verdaccio|\bnexus\./i;

const lines = (pattern: RegExp, { path, text }: { path: string; text: string }) =>
  text
    .split('\n')
    .filter((line) => pattern.test(line))
    .map((line) => `${path}: ${line.trim().slice(0, 120)}`);

/** The patterns stand in this file. */
const others = texts.filter(({ path }) => path !== 'tests/architecture/texts.test.ts');

test('no file names a folder of one machine', () => {
  assert.deepEqual(
    others.flatMap((file) => lines(machinePath, file)),
    [],
  );
  const own = [repository, `${homedir()}/`];
  const found = others.filter(({ text }) => own.some((folder) => text.includes(folder)));
  assert.deepEqual(
    found.map(({ path }) => path),
    [],
  );
});

test('no file names a package registry', () => {
  assert.deepEqual(
    others.flatMap((file) => lines(registryHost, file)),
    [],
  );
});

test('the patterns find what they are for', () => {
  for (const path of [
    '/Users/ada/triad',
    '/home/ada/x',
    '/root/x',
    '/work/main',
    'C:\\Users\\ada',
  ]) {
    assert.match(path, machinePath);
  }
  for (const host of ['https://registry.npmjs.org/x', 'https://artifactory.example/api']) {
    assert.match(host, registryHost);
  }
});

test('.env.example lists exactly the variables that configuration reads', () => {
  const read = ['config.ts', 'google-cloud.ts'].flatMap((file) => {
    const config = readFileSync(join(repository, 'shared/config', file), 'utf8');
    return [...config.matchAll(/^ {2}(TRIAD_\w+):/gm)].map(([, name]) => name);
  });
  const example = readFileSync(join(repository, '.env.example'), 'utf8');
  const listed = [...example.matchAll(/^#? ?(TRIAD_\w+)=/gm)].map(([, name]) => name);
  assert.ok(read.length > 10);
  assert.deepEqual(listed.toSorted(), read.toSorted());
});
