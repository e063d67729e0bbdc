import { existsSync, globSync, type StatsFs, statfsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, relative, resolve } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { parseArgs } from 'node:util';
import { compileCacheDirectory } from '../cli/system/compile-cache.ts';
import { isEmulators, keepResults, type Result } from './guarantees/results.ts';

/*
 * node tests/run.ts [folder or file…]   all tests that need nothing but this machine
 * node tests/run.ts --external          those that need other servers on this machine
 * node tests/run.ts --emulators         the cloud on emulators, of which BigQuery's takes long to build
 */

const { values, positionals } = parseArgs({
  options: {
    external: { type: 'boolean', default: false },
    emulators: { type: 'boolean', default: false },
  },
  allowPositionals: true,
});

const repository = resolve(import.meta.dirname, '..');
/** The suites of the stores are run again, on Postgres. */
const isExternal = (path: string): boolean =>
  /\.(external|kysely)\.test\.ts$/.test(path) && !isEmulators(path);
const isWanted = (path: string): boolean => {
  if (values.emulators) return isEmulators(path);
  if (values.external) return isExternal(path);
  return !/\.(external|emulators)\.test\.ts$/.test(path);
};

/** The folders of small files that a run of all tests takes as one file each. */
const isWhole = positionals.length === 0 && !values.external && !values.emulators;
const together = isWhole ? globSync('tests/**/all.ts', { cwd: repository }) : [];
const isTogether = (path: string) => together.some((all) => path.startsWith(`${dirname(all)}/`));

const single = globSync('tests/**/*.test.ts', { cwd: repository })
  .filter(isWanted)
  .filter((path) => positionals.length === 0 || positionals.some((part) => path.includes(part)))
  .filter((path) => !isTogether(path));
// The long ones first: nothing should be waited for alone at the end.
const isFlow = (path: string): boolean => path.startsWith('tests/flow/');
single.sort((a, b) => Number(isFlow(b)) - Number(isFlow(a)) || (a < b ? -1 : 1));
const files = [...together, ...single].map((path) => resolve(repository, path));

if (files.length === 0) {
  process.stderr.write('No test file matches.\n');
  process.exit(1);
}

if (values.external) process.env.TRIAD_TEST_DATABASES = 'all';
// The processes that tests start share what the first of them compiled.
process.env.NODE_COMPILE_CACHE ??= compileCacheDirectory;

// Homes and artifacts of tests are small, many and soon gone: memory takes them, where it has room.
const memory = '/dev/shm';
const roomOf = ({ bavail, bsize }: StatsFs): number => bavail * bsize;
if (existsSync(memory) && roomOf(statfsSync(memory)) > 2 ** 31) process.env.TMPDIR ??= memory;

// A test that hangs fails; the flow tests, which run real processes, take seconds each.
const timeout = values.emulators ? 900_000 : 120_000;
// One more than there are cores: tests of processes wait a good part of their time.
const concurrency = availableParallelism() + 1;
const results = run({ files, cwd: repository, concurrency, timeout });
const outcomes: Record<string, Result> = {};
type TestEvent = { file?: string; nesting: number; skip?: string | boolean };
const count = (kind: keyof Result) => (event: TestEvent) => {
  // What was skipped, such as for want of data, has shown nothing.
  if (event.file === undefined || (event.skip !== undefined && event.skip !== false)) return;
  const file = relative(repository, event.file);
  // In a folder that is taken as one file, each file is a suite.
  if (event.nesting !== (isTogether(file) ? 1 : 0)) return;
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
  if (positionals.length > 0) return;
  if (values.emulators) keepResults('emulators', outcomes);
  else keepResults(values.external ? 'external' : 'tests', outcomes);
});
results.compose(spec).pipe(process.stdout);
