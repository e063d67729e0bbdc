import assert from 'node:assert/strict';
import { basename, dirname } from 'node:path';
import { test } from 'node:test';
import {
  allSources,
  type Source,
  shippedSources,
  sourceOf,
  targetOf,
} from '../harness/architecture/sources.ts';

/** Each port with the interface that its adapters implement. */
const ports = {
  'cli/deploy/cloud.ts': 'Cloud',
  'orchestrator/sensors/file-listing.ts': 'FileListing',
  'orchestrator/sensors/probe.ts': 'Probe',
  'orchestrator/alarms/channels/alarm-channel.ts': 'AlarmChannel',
  'shared/access/token-source.ts': 'TokenSource',
  'shared/artifacts/artifact-store.ts': 'ArtifactStore',
  'shared/jobs/job-launcher.ts': 'JobLauncher',
  'shared/messenger/messenger.ts': 'Messenger',
  'shared/messenger/message-store.ts': 'MessageStore',
  'shared/state/event-store.ts': 'EventStore',
  'shared/state/sensor-store.ts': 'SensorStore',
  'shared/state/alarm-store.ts': 'AlarmStore',
  'shared/state/run-facts.ts': 'RunFacts',
  'shared/state/silence-store.ts': 'SilenceStore',
  'shared/state/lease-store.ts': 'LeaseStore',
  'shared/state/retention-store.ts': 'RetentionStore',
  'shared/state/access-store.ts': 'AccessStore',
  'shared/state/backlog.ts': 'BacklogReader',
  'shared/state/state-store.ts': 'StateStore',
  'shared/state/tick-ledger.ts': 'TickLedger',
  'shared/state/backfill-store.ts': 'BackfillStore',
  'shared/state/result-history.ts': 'ResultHistory',
  'shared/warehouse/warehouse.ts': 'Warehouse',
};

const conformanceTests = allSources.filter(
  ({ path }) => dirname(path) === 'tests/conformance' && path.endsWith('.test.ts'),
);
const suites = allSources.filter(({ path }) => path.endsWith('.conformance.ts'));
const wired = [...conformanceTests, ...suites];
const importsFile = (source: Source, path: string) =>
  source.imports.some(({ specifier }) => targetOf(source.path, specifier) === path);

/** Adapters of the interface without a file that imports them and runs a conformance suite. */
function withoutRun(
  port: string,
  candidates: readonly Source[],
  tests: readonly Source[],
): string[] {
  const declaration = new RegExp(`class (\\w+)[^{]* implements [^{]*\\b${port}\\b`);
  return candidates.flatMap(({ path, text }) => {
    const name = declaration.exec(text)?.[1];
    if (name === undefined) return [];
    // A test has the adapter from its own file, or from the file beside it that opens it.
    const files = candidates
      .filter((other) => dirname(other.path) === dirname(path))
      .filter((other) => other.path === path || other.text.includes(`new ${name}(`))
      .map((other) => other.path);
    const isRun = tests.some(
      (own) => files.some((file) => importsFile(own, file)) && /\w+Conformance\(/.test(own.text),
    );
    return isRun ? [] : [path];
  });
}

for (const [file, port] of Object.entries(ports)) {
  test(`every adapter of ${port} has a conformance run`, () => {
    const own = shippedSources.find(({ path }) => path === file);
    assert.match(own?.text ?? '', new RegExp(`export interface ${port}\\b`));
    assert.deepEqual(withoutRun(port, shippedSources, wired), []);
  });
}

test('an adapter without a conformance run is found', () => {
  const adapter = sourceOf(
    'shared/state/x-state-store.ts',
    'class X extends Y implements StateStore {}',
  );
  const importing = `import { X } from '@triad/shared/state/x-state-store.ts';`;
  const running = sourceOf(
    'tests/conformance/x.test.ts',
    `${importing}\nstateStoreConformance('x', f);`,
  );
  const unwired = sourceOf('tests/conformance/x.test.ts', importing);
  assert.deepEqual(withoutRun('StateStore', [adapter], [running]), []);
  assert.deepEqual(withoutRun('StateStore', [adapter], [unwired]), [adapter.path]);
  assert.deepEqual(withoutRun('StateStore', [adapter], []), [adapter.path]);
});

test('every conformance suite is run by a test, or by a suite that is', () => {
  const unused = suites.filter(({ path }) => !wired.some((source) => importsFile(source, path)));
  assert.deepEqual(
    unused.map(({ path }) => path),
    [],
  );
});

test('a port names none of its adapters', () => {
  for (const file of Object.keys(ports)) {
    const port = shippedSources.find(({ path }) => path === file);
    const beside = shippedSources
      .filter(({ path, text }) => dirname(path) === dirname(file) && / implements /.test(text))
      .map(({ path }) => basename(path));
    for (const adapter of beside) assert.ok(!port?.text.includes(adapter), `${file}: ${adapter}`);
  }
});
