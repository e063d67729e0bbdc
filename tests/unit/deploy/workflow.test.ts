import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { runInNewContext } from 'node:vm';
import { parse } from 'yaml';
import { definitionOf, serviceNames } from '../../../cli/deploy/service-definitions.ts';
import { targetOf } from '../../../cli/deploy/target.ts';
import { checkout, commit, environment } from '../../harness/deploy/environments.ts';
import { temporaryDirectory } from '../../harness/temporary-directory.ts';

const repository = resolve(import.meta.dirname, '../../..');
const read = (path: string) => readFileSync(join(repository, path), 'utf8');
const workflowOf = (name = 'deploy') => parse(read(`.github/workflows/${name}.yml`)) as Workflow;

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
  concurrency: { group: string; 'cancel-in-progress': boolean };
  permissions: Record<string, string>;
  jobs: Record<
    string,
    {
      if?: string;
      permissions?: Record<string, string>;
      steps: Step[];
      needs?: string | string[];
    }
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
  const tokens = read('docs/google-cloud.md').match(/gcloud auth print-identity-token[^)]*/g) ?? [];
  assert.equal(tokens.length, 2);
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

test('nothing is deployed before the images and the Terraform were checked, and no build waits for that', () => {
  const { jobs } = workflowOf();
  const runs = (name: string) => jobs[name]?.steps.map(({ run = '' }) => run).join('\n') ?? '';
  assert.match(runs('check'), /^docker\/terraform\/check$/m);
  assert.match(runs('check'), /docker\/check-images\.sh --report-starts$/m);
  const deploying = Object.keys(jobs).filter((name) => /triad -- deploy --/.test(runs(name)));
  assert.deepEqual(deploying, ['branch', 'staging', 'production']);
  // Production waits for staging.
  for (const name of ['branch', 'staging']) assert.deepEqual(jobs[name]?.needs, ['build', 'check']);
  assert.equal(jobs.production?.needs, 'staging');
});

test('each night the simulation runs in worlds that it was not in before', () => {
  const { simulate } = workflowOf('simulate').jobs;
  const [command = '', ...others] = (simulate?.steps ?? []).flatMap(({ run = '' }) =>
    run.includes('simulate') ? [run] : [],
  );
  assert.deepEqual(others, []);
  // Without --from and --seed they are others each time.
  assert.match(command, /^npm run -s simulate -- --runs \d+$/);
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

/** The group of an event: an expression of GitHub's is one of JavaScript, but for its function. */
function groupOf(github: { event_name: string; ref: string; event: object }): string {
  const { group } = workflowOf().concurrency;
  const format = (text: string, ...values: string[]) =>
    text.replaceAll(/\{(\d)\}/g, (_, at: string) => values[Number(at)] ?? '');
  return group.replaceAll(/\$\{\{(.+?)\}\}/gs, (_, expression: string) =>
    String(runInNewContext(expression, { github, format })),
  );
}

test('a teardown waits for the deployment of the same branch, and for no other', () => {
  const push = (branch: string) => {
    const ref = `refs/heads/${branch}`;
    return groupOf({ event_name: 'push', ref, event: { ref } });
  };
  const deletion = (ref: string, ref_type: string) =>
    groupOf({ event_name: 'delete', ref: 'refs/heads/main', event: { ref, ref_type } });
  assert.equal(deletion('feature/x', 'branch'), push('feature/x'));
  assert.notEqual(deletion('feature/x', 'branch'), push('feature/y'));
  assert.notEqual(deletion('feature/x', 'tag'), push('feature/x'));
  assert.notEqual(deletion('v1', 'tag'), push('main'));
  assert.equal(workflowOf().concurrency['cancel-in-progress'], false);
});

test('a branch that was deleted while its images were built is not deployed', async () => {
  const steps = workflowOf().jobs.branch?.steps ?? [];
  const [script, ...others] = steps.flatMap(({ run = '' }) =>
    run.includes(' deploy ') ? [run] : [],
  );
  assert.ok(script);
  assert.deepEqual(others, []);
  const directory = await temporaryDirectory();
  const at = (path: string) => join(directory, path);
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b.c', ...args], {
      cwd: at('work'),
      stdio: 'pipe',
    });
  mkdirSync(at('work'));
  mkdirSync(at('bin'));
  execFileSync('git', ['init', '--bare', at('origin')], { stdio: 'pipe' });
  git('init', '--initial-branch', 'feature/x');
  git('commit', '--allow-empty', '-m', 'first');
  git('remote', 'add', 'origin', at('origin'));
  git('push', 'origin', 'feature/x', 'feature/x:other/feature/x');
  writeFileSync(at('bin/npm'), `#!/bin/sh\necho "$@" >> ${at('deployed')}\n`, { mode: 0o755 });
  const deploy = () => {
    // As GitHub runs it.
    execFileSync('bash', ['-e', '-c', script], {
      cwd: at('work'),
      env: {
        PATH: `${at('bin')}:${process.env.PATH}`,
        BRANCH: 'feature/x',
        ENVIRONMENTS: 'e.json',
      },
      stdio: 'pipe',
    });
  };
  const deployments = () => readFileSync(at('deployed'), 'utf8').trim().split('\n').length;
  deploy();
  assert.equal(deployments(), 1);
  git('push', 'origin', '--delete', 'feature/x');
  deploy();
  assert.equal(deployments(), 1, 'it is not there any more');
  git('remote', 'set-url', 'origin', at('nowhere'));
  assert.throws(deploy, 'whether it is there, nobody knows');
  assert.equal(deployments(), 1);
});
