import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allSources, packageOf, targetOf } from '../harness/architecture/sources.ts';

/** Where the parts of a job's process are loaded from, whatever the job does. */
const parts = [
  'shared/jobs/run-job.ts',
  'shared/artifacts/directory-artifact-store.ts',
  'shared/config/job-environment.ts',
  'shared/log/logger.ts',
  'shared/tracing/otlp-tracer.ts',
];

const importsOf = (path: string) =>
  (allSources.find((source) => source.path === path)?.imports ?? []).filter(
    ({ typeOnly, lazy }) => !typeOnly && !lazy,
  );

test('the process of a job, which starts for every step, loads no package before it needs one', () => {
  const reached = new Set(parts);
  const packages: string[] = [];
  for (const path of reached) {
    for (const { specifier } of importsOf(path)) {
      const target = targetOf(path, specifier);
      if (target) reached.add(target);
      else if (packageOf(specifier)) packages.push(`${path} imports ${specifier}`);
    }
  }
  assert.ok(reached.size > parts.length, 'the imports were not followed');
  assert.deepEqual(packages, []);
});
