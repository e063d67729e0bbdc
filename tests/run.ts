import { globSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { parseArgs } from 'node:util';
import { compileCacheDirectory } from '../cli/system/compile-cache.ts';
import { keepResults, type Result } from './guarantees/results.ts';

/*
 * node tests/run.ts [folder or file…]   all tests that need nothing but this machine
 * node tests/run.ts --external          those that need browsers, emulators or other servers
 */

const { values, positionals } = parseArgs({
  options: { external: { type: 'boolean', default: false } },
  allowPositionals: true,
});

const repository = resolve(import.meta.dirname, '..');
/** The suites of the stores are run again, on Postgres. */
const isExternal = (path: string): boolean => /\.(external|kysely)\.test\.ts$/.test(path);

const files = globSync('tests/**/*.test.ts', { cwd: repository })
  .filter((path) => (values.external ? isExternal(path) : !path.endsWith('.external.test.ts')))
  .filter((path) => positionals.length === 0 || positionals.some((part) => path.includes(part)))
  .sort()
  .map((path) => resolve(repository, path));

if (files.length === 0) {
  process.stderr.write('No test file matches.\n');
  process.exit(1);
}

if (values.external) process.env.TRIAD_TEST_DATABASES = 'all';
// The processes that tests start share what the first of them compiled.
process.env.NODE_COMPILE_CACHE ??= compileCacheDirectory;

// A test that hangs fails; the flow tests, which run real processes, take seconds each.
const results = run({ files, cwd: repository, concurrency: 2, timeout: 120_000 });
const outcomes: Record<string, Result> = {};
const count = (kind: keyof Result) => (event: { file?: string; nesting: number }) => {
  if (event.file === undefined || event.nesting > 0) return;
  const file = relative(repository, event.file);
  outcomes[file] ??= { passed: 0, failed: 0 };
  outcomes[file][kind] += 1;
};
results.on('test:pass', count('passed'));
results.on('test:fail', count('failed'));
results.on('test:fail', () => {
  process.exitCode = 1;
});
// Only a whole run tells how things stand.
results.on('end', () => {
  if (positionals.length === 0) keepResults(values.external ? 'external' : 'tests', outcomes);
});
results.compose(spec).pipe(process.stdout);
