import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allSources, packageOf, targetOf } from '../harness/architecture/sources.ts';

/** What only a system in the cloud needs, and what takes long to load. */
const ofTheCloud = /^(@google-cloud\/|google-|@aws-sdk\/|jose$)/;

const byPath = new Map(allSources.map((source) => [source.path, source]));

/** The packages that are loaded before the first line of a file runs, with who loads them. */
function loadedBy(main: string): { path: string; name: string }[] {
  const reached = new Set([main]);
  const found: { path: string; name: string }[] = [];
  for (const path of reached) {
    for (const { specifier, typeOnly, lazy } of byPath.get(path)?.imports ?? []) {
      if (typeOnly || lazy) continue;
      const target = targetOf(path, specifier);
      const name = packageOf(specifier);
      if (target) reached.add(target);
      else if (name) found.push({ path, name });
    }
  }
  return found;
}

const starts = ['orchestrator', 'invoker', 'sql-runner', 'trainer'].map((s) => `${s}/main.ts`);
for (const start of [...starts, 'cli/run-cli.ts']) {
  test(`the start of ${start} loads nothing that only the cloud needs`, () => {
    const loaded = loadedBy(start);
    assert.ok(loaded.length > 0, 'the imports were not followed');
    assert.deepEqual(
      loaded.filter(({ name }) => ofTheCloud.test(name)),
      [],
    );
  });
}

test('what the verifier of tokens loads would be seen', () => {
  const loaded = loadedBy('shared/access/oidc/oidc-verifier.ts');
  assert.ok(loaded.some(({ name }) => ofTheCloud.test(name)));
});
