import { execFileSync } from 'node:child_process';
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { schemaOf } from './provider-schema.ts';

/*
 * node tests/harness/terraform/write-schema.ts <folder of a configuration> <package as .tgz> <file>
 * writes the schema of all that the configuration uses, for tests/emulators/terraform-schema.
 */

const [configuration = '', archive = '', file = ''] = process.argv.slice(2);
const text = globSync('**/*.tf', { cwd: configuration })
  .map((path) => readFileSync(join(configuration, path), 'utf8'))
  .join('\n');

const used = (kind: string) =>
  [
    ...new Set(
      [...text.matchAll(new RegExp(`^${kind} "google_(\\w+)"`, 'gm'))].map(([, name = '']) => name),
    ),
  ].sort();

const resources = used('resource');
const data = used('data');
const folders = ['provider', ...resources, ...data.map((name) => `data-google-${name}`)];
const pathOf = (folder: string) => `package/lib/${folder.replaceAll('_', '-')}/index.d.ts`;
// All at once: the archive is large, and each look reads all of it.
const work = mkdtempSync(join(tmpdir(), 'schema-'));
execFileSync('tar', ['-xzf', archive, '-C', work, ...folders.map(pathOf)]);
const declarations = (folder: string) => readFileSync(join(work, pathOf(folder)), 'utf8');

const named = (names: string[], prefix = '') =>
  Object.fromEntries(
    names.map((name) => [`google_${name}`, schemaOf(declarations(`${prefix}${name}`))]),
  );

const schema = {
  provider: schemaOf(declarations('provider')),
  resources: named(resources),
  data: named(data, 'data-google-'),
  answers: { number: '123456789012' },
};
mkdirSync(dirname(file), { recursive: true });
writeFileSync(file, JSON.stringify(schema, null, 2));
rmSync(work, { recursive: true });
