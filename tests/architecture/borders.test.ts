import assert from 'node:assert/strict';
import { basename } from 'node:path';
import { test } from 'node:test';
import { occurrencesOf, rule } from '../harness/architecture/rule.ts';
import {
  allSources,
  folderOf,
  type Source,
  services,
  shippedSources,
  targetOf,
} from '../harness/architecture/sources.ts';

/** Where a process begins: `main.ts`, or `query-main.ts` beside it. */
const isMain = ({ path }: Source) => /^([a-z]+-)?main\.ts$/.test(basename(path));

rule('a service imports itself and @triad/shared; shared imports itself', {
  sources: shippedSources,
  find: ({ path, imports }) =>
    imports.flatMap(({ specifier }) => {
      const target = targetOf(path, specifier);
      if (target === undefined) return [];
      const folder = folderOf(target);
      const isAllowed = folder === folderOf(path) || specifier.startsWith('@triad/shared/');
      return isAllowed ? [] : [`imports ${specifier}`];
    }),
  offence: ['invoker/app.ts', `import { x } from '../orchestrator/app.ts';`],
});

rule('no service imports another by its package name', {
  sources: shippedSources,
  find: ({ imports }) =>
    imports
      .filter(({ specifier }) => services.some((s) => specifier.startsWith(`@triad/${s}`)))
      .map(({ specifier }) => `imports ${specifier}`),
  offence: ['cli/x.ts', `const x = await import('@triad/orchestrator/app.ts');`],
});

const cloudSdk = /^(@aws-sdk\/|@google-cloud\/|google-auth-library$|googleapis(\/|$))/;
const cloudAdapter =
  /^(?:(?:shared|orchestrator)\/\w+(?:\/cloud)?|cli\/deploy\/google)\/(?:pubsub|cloud-storage|cloud-run|s3|bigquery|vertex|google)[\w-]*\.ts$/;
rule('a cloud SDK is imported in its adapter alone, and only when it is used', {
  // A test against a server fills it with the SDK.
  sources: allSources.filter(({ path }) => !path.endsWith('.external.test.ts')),
  find: ({ path, imports }) =>
    imports
      .filter(({ specifier }) => cloudSdk.test(specifier))
      .filter(({ lazy, typeOnly }) => !cloudAdapter.test(path) || !(lazy || typeOnly))
      .map(({ specifier }) => `imports ${specifier}`),
  offence: [
    'shared/messenger/pubsub-messenger.ts',
    `import { PubSub } from '@google-cloud/pubsub';`,
  ],
});

rule('the environment is read in shared/config alone', {
  sources: shippedSources.filter(({ path }) => !path.startsWith('shared/config/')),
  find: occurrencesOf(/process\.env\b|\benv\b[^'"]*\bfrom 'node:process'/),
  offence: ['invoker/main.ts', 'const home = process.env.TRIAD_HOME;'],
});

rule('configuration is loaded where a process begins, and by the command line', {
  sources: shippedSources.filter((source) => !isMain(source) && folderOf(source.path) !== 'cli'),
  find: ({ path, text }) =>
    path.startsWith('shared/config/')
      ? []
      : occurrencesOf(/\bloadConfig(WithSecrets)?\(/)({ path, text, imports: [] }),
  offence: ['invoker/app.ts', 'const config = loadConfig();'],
});

const ports = [
  'AlarmChannel',
  'AlarmStore',
  'ArtifactStore',
  'EventStore',
  'AccessStore',
  'ArtifactStore',
  'BacklogReader',
  'JobLauncher',
  'Messenger',
  'MessageHub',
  'Publisher',
  'MessageStore',
  'SensorStore',
  'RunFacts',
  'SilenceStore',
  'StateStore',
  'ResultHistory',
  'TokenSource',
  'Warehouse',
].join('|');
const adapters = shippedSources.flatMap(({ path, text }) =>
  [...text.matchAll(new RegExp(`class (\\w+)[^{]* implements (?:${ports})\\b`, 'g'))].map(
    ([, name = '']) => ({ name, path }),
  ),
);
/** The adapters of a service, for its `main.ts`: one file for each profile. */
const isProfile = ({ path }: Source) => /^[a-z-]+\/profiles\//.test(path);

rule('adapters are created where a process begins, in a profile, or in the folder of their port', {
  sources: shippedSources.filter((source) => !isMain(source) && !isProfile(source)),
  find: ({ path, text }) =>
    adapters
      .filter(
        (adapter) =>
          folderOf(path) !== 'shared' || adapter.path.split('/')[1] !== path.split('/')[1],
      )
      .filter(({ name }) => new RegExp(`new ${name}\\(`).test(text))
      .map(({ name }) => `creates ${name}`),
  offence: ['orchestrator/run/run-engine.ts', 'const state = new KyselyStateStore(db);'],
});

/** Real sockets drain in real time. */
const mayUseTime = new Set(['shared/clock/clock.ts', 'shared/http/listen.ts']);
const time =
  /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\b|\bset(Timeout|Interval)\(|\bperformance\.now\(|node:timers/;
rule('time and chance are injected', {
  sources: shippedSources.filter((source) => !isMain(source) && !mayUseTime.has(source.path)),
  find: occurrencesOf(time),
  offence: ['orchestrator/x.ts', 'if (Date.now() > limit) await pause();'],
});

/** A table: it grows by an entry per error and nobody reads it from top to bottom. */
const mayBeLong = new Set(['shared/errors/catalogue.ts']);
rule('no file is longer than 350 lines', {
  sources: allSources.filter(({ path }) => !mayBeLong.has(path)),
  find: ({ text }) => {
    const lines = text.split('\n').length - 1;
    return lines > 350 ? [`${lines} lines`] : [];
  },
  offence: ['x.ts', '\n'.repeat(351)],
});

// Put together here, so that the rule does not find itself.
const unfinished = new RegExp(
  ['TO' + 'DO', 'FIX' + 'ME', '@ts-(ignore|expect-error|nocheck)', 'biome-' + 'ignore'].join('|'),
);
rule('nothing is left undone or silenced', {
  sources: allSources,
  find: occurrencesOf(unfinished),
  offence: ['x.ts', `// ${'TO'}${'DO'}: later`],
});

rule('no test is skipped for good or runs alone', {
  sources: allSources,
  find: occurrencesOf(/\b(test|it|describe)\.(skip|only|todo)\(|\b(skip|only|todo): true\b/),
  offence: ['tests/x.test.ts', ['test', `only('x', () => {});`].join('.')],
});

test('the adapters that the rules speak of exist', () => {
  assert.ok(adapters.length >= 6, adapters.map(({ name }) => name).join(', '));
});
