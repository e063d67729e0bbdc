import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { definitionOf, serviceNames } from '../../../cli/deploy/service-definitions.ts';
import { targetOf } from '../../../cli/deploy/target.ts';
import { checkout, commit, environment } from '../../harness/deploy/environments.ts';

const repository = resolve(import.meta.dirname, '../../..');
const read = (path: string) => readFileSync(join(repository, path), 'utf8');
const workflowOf = () => parse(read('.github/workflows/deploy.yml')) as Workflow;

const staging = environment('staging');
const target = targetOf(staging, checkout('main', { revision: commit('a') }), '2026-01-01', 14);

test('the credentials that the workflow is given do not make its checkout dirty', () => {
  assert.match(read('.gitignore'), /^gha-creds-\*\.json$/m);
});

interface Step {
  id?: string;
  uses?: string;
  run?: string;
  with?: Record<string, unknown>;
}

interface Workflow {
  permissions: Record<string, string>;
  jobs: Record<
    string,
    { permissions?: Record<string, string>; steps: Step[]; needs?: string | string[] }
  >;
}

test('the deploy workflow signs in without keys, and only where it must', () => {
  const text = read('.github/workflows/deploy.yml');
  const workflow = parse(text) as Workflow;
  assert.deepEqual(workflow.permissions, { contents: 'read' });
  assert.doesNotMatch(text, /secrets\.|credentials_json/);
  for (const [name, { permissions, steps }] of Object.entries(workflow.jobs)) {
    const signsIn = steps.some(({ uses }) => uses?.startsWith('google-github-actions/auth@'));
    assert.equal(permissions?.['id-token'] === 'write', signsIn, name);
    // What a branch is called is text that anybody can choose.
    for (const { run = '' } of steps) {
      assert.doesNotMatch(run, /\$\{\{ *github\.(event|head_ref|ref_name)/, name);
    }
  }
});

test('the deploy workflow builds and takes over every image that is deployed', () => {
  const text = read('.github/workflows/deploy.yml');
  const lists = [...text.matchAll(/for image in ([a-z -]+); do/g)].map(([, list]) => list);
  const { TRIAD_JOB_IMAGES: ofJobs = '{}' } = definitionOf(target, 'invoker').environment;
  const deployed = [...serviceNames, ...Object.keys(JSON.parse(ofJobs))].sort();
  assert.equal(lists.length, 2);
  for (const list of lists) assert.deepEqual(list?.split(' ').sort(), deployed);
});

test('who calls a service brings a token with an e-mail, by which Triad knows its callers', () => {
  const steps = Object.values(workflowOf().jobs).flatMap(({ steps }) => steps);
  const callers = steps.filter((step) => step.with?.token_format === 'id_token');
  assert.notEqual(callers.length, 0);
  for (const { with: given } of callers) assert.equal(given?.id_token_include_email, true);
  const scripts = [read('docker/cloud-run/test-revision'), read('docs/google-cloud.md')].join('\n');
  const tokens = scripts.match(/gcloud auth print-identity-token[^)]*/g) ?? [];
  assert.equal(tokens.length, 3);
  for (const command of tokens) {
    assert.match(command, /--include-email/);
    assert.match(command, /--impersonate-service-account=/);
  }
});

test('nothing is built for the cloud before its adapters were tested on the emulators', () => {
  const { emulators, build } = workflowOf().jobs;
  assert.deepEqual(build?.needs, ['test', 'emulators']);
  assert.ok(emulators?.steps.some(({ run }) => run === 'npm run test:emulators'));
});

test('the emulators that the workflow keeps are those of the sources that it runs', () => {
  const { emulators } = workflowOf().jobs;
  const [kept, saved] = (emulators?.steps ?? []).filter(({ uses }) =>
    uses?.startsWith('actions/cache/'),
  );
  const folder = 'node_modules/.cache/go-servers';
  assert.equal(kept?.with?.path, folder);
  assert.equal(saved?.with?.path, folder);
  assert.match(String(saved?.with?.key), /steps\.built\.outputs\.cache-primary-key/);
  const [, list = ''] = /hashFiles\(([^)]*)\)/.exec(String(kept?.with?.key)) ?? [];
  const patterns = [...list.matchAll(/'([^']+)'/g)].map(([, pattern = '']) => pattern);
  const hashed = new Set(globSync(patterns, { cwd: repository }));
  const names = /go-servers|installGoProgram\(|startGoServer\(|@v\d+\.\d+/;
  const naming = globSync('tests/{harness,emulators}/**/*.ts', { cwd: repository }).filter((path) =>
    names.test(read(path)),
  );
  assert.ok(naming.includes('tests/harness/external/bigquery-emulator.ts'));
  const built = [...read('tests/emulators/build.ts').matchAll(/'([a-z-]+)'[,\]]/g)];
  const sources = built.flatMap(([, name]) =>
    globSync(`tests/emulators/${name}/*.*`, { cwd: repository }),
  );
  assert.ok(sources.includes('tests/emulators/pstest/go.mod'));
  assert.deepEqual(
    [...naming, ...sources].filter((path) => !hashed.has(path)),
    [],
  );
});
