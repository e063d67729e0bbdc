import { globSync } from 'node:fs';
import { resolve } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { parseArgs } from 'node:util';
import { compileCacheDirectory } from '../cli/system/compile-cache.ts';

/*
 * node tests/run.ts [folder or file…]   all tests that need nothing but this machine
 * node tests/run.ts --external          those that need browsers, emulators or other servers
 */

const { values, positionals } = parseArgs({
  options: { external: { type: 'boolean', default: false } },
  allowPositionals: true,
});

const repository = resolve(import.meta.dirname, '..');
const files = globSync('tests/**/*.test.ts', { cwd: repository })
  .filter((path) => path.endsWith('.external.test.ts') === values.external)
  .filter((path) => positionals.length === 0 || positionals.some((part) => path.includes(part)))
  .sort()
  .map((path) => resolve(repository, path));

if (files.length === 0) {
  process.stderr.write('No test file matches.\n');
  process.exit(1);
}

// The processes that tests start share what the first of them compiled.
process.env.NODE_COMPILE_CACHE ??= compileCacheDirectory;

// A test that hangs fails; the flow tests, which run real processes, take seconds each.
const results = run({ files, cwd: repository, concurrency: 2, timeout: 120_000 });
results.on('test:fail', () => {
  process.exitCode = 1;
});
results.compose(spec).pipe(process.stdout);
