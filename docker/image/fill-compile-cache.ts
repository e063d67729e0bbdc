import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/*
 * node fill-compile-cache.ts MAIN…, with NODE_COMPILE_CACHE set: fills that directory with the
 * compiled code of each program, so that an image whose root cannot be written starts as fast as
 * one that has run before. A program that does not start fails the build.
 */

/** What a main.ts loads only where it is configured, and takes long. */
const isLazy = (name: string): boolean =>
  /^(@google-cloud|@aws-sdk)\//.test(name) || ['google-auth-library', 'jose', 'pg'].includes(name);

/** Starts a service or a job as its parent would, and lets go of it once it has loaded. */
async function startOnce(main: string): Promise<void> {
  const child = fork(main, { execArgv: [] });
  const exit = once(child, 'exit');
  const first = await Promise.race([once(child, 'message'), exit]);
  const message: unknown = first[0];
  const isReady =
    typeof message === 'object' && message !== null && 'ready' in message && message.ready === true;
  if (!isReady) throw new Error(`${main} does not start: ${JSON.stringify(first)}`);
  child.disconnect();
  await exit;
}

/** What it takes from the cloud, which a start without one does not load. */
function cloudModules(main: string): string[] {
  const modules = [
    join(dirname(main), 'profiles/google-cloud.ts'),
    'shared/artifacts/configured-bucket.ts',
  ];
  return modules
    .filter((path) => existsSync(path))
    .map((path) => pathToFileURL(resolve(path)).href);
}

/** Loads what the package of a program lists; of what it leaves to others, what is there. */
function loadLazy(main: string): void {
  const file = findPackageJSON(pathToFileURL(resolve(main))) ?? '';
  const text = readFileSync(file, 'utf8');
  const { dependencies = {}, peerDependencies = {} } = JSON.parse(text) as {
    dependencies?: Record<string, string>;
    peerDependencies?: Record<string, string>;
  };
  const isThere = (name: string) => existsSync(join('node_modules', name));
  const packages = [...Object.keys(dependencies), ...Object.keys(peerDependencies).filter(isThere)];
  const imports = [...packages.filter(isLazy), ...cloudModules(main)].map(
    (name) => `await import('${name}');`,
  );
  execFileSync(process.execPath, ['--input-type=module', '-e', imports.join('\n')], {
    cwd: dirname(file),
    stdio: 'inherit',
  });
}

for (const main of process.argv.slice(2)) {
  await startOnce(main);
  loadLazy(main);
}
