import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { test } from 'node:test';
import { definitionOf } from '../../../cli/deploy/service-definitions.ts';
import { targetOf } from '../../../cli/deploy/target.ts';
import { checkout, environment } from '../../harness/deploy/environments.ts';

const repository = resolve(import.meta.dirname, '../../..');
const read = (path: string) => readFileSync(join(repository, path), 'utf8');
const terraform = (module: string) => read(`docker/terraform/modules/${module}/main.tf`);

/** The roles that a project-wide map of the module identity gives an account. */
function rolesIn(map: string, account: string): string[] {
  const [, body = ''] =
    new RegExp(`\\n {2}${map} = \\{\\n([\\s\\S]*?)\\n {2}\\}`).exec(terraform('identity')) ?? [];
  const given = [...body.matchAll(/account = "([\w-]+)", role = "?([^" }]+)/g)];
  return given.flatMap(([, to, role = '']) => (to === account ? [role] : []));
}

test('who publishes to a topic may also look whether it is there, as readiness does', () => {
  const grants = terraform('messaging').matchAll(
    /"google_pubsub_topic_iam_member" "\w+" \{\n {2}for_each = local\.publishing\n[\s\S]*?role\s+= "([^"]+)"/g,
  );
  assert.deepEqual(
    [...grants].map(([, role]) => role),
    ['roles/pubsub.publisher', 'roles/pubsub.viewer'],
  );
  for (const service of ['orchestrator', 'invoker']) {
    const roles = rolesIn('branch_roles', service);
    for (const role of ['publisher', 'viewer']) assert.ok(roles.includes(`roles/pubsub.${role}`));
  }
});

test('a service that asks for a topic, or publishes to one, is among its publishers', () => {
  const [, body = ''] =
    /publishers = \{\n([\s\S]*?)\n {2}\}/.exec(read('docker/terraform/main.tf')) ?? [];
  const publishers = Object.fromEntries(
    body
      .split('\n')
      .filter((line) => line.includes('='))
      .map((line) => [
        /^\s*([\w-]+)/.exec(line)?.[1],
        [...line.matchAll(/member\["([\w-]+)"\]/g)].map(([, account]) => account),
      ]),
  );
  assert.deepEqual(publishers, {
    commands: ['orchestrator'],
    // The orchestrator replays the dead letters of both.
    outcomes: ['invoker', 'orchestrator'],
    'dead-letters': ['orchestrator', 'invoker'],
  });
});

test('on the bucket everybody has the rights on objects alone, and asks for nothing else', () => {
  const grants = terraform('storage').matchAll(/^\s*role\s+= "([^"]+)"/gm);
  assert.deepEqual(
    [...grants].map(([, role]) => role),
    ['roles/storage.objectUser'],
  );
  const sources = globSync('{shared,orchestrator,invoker,sql-runner,trainer,cli}/**/*.ts', {
    cwd: repository,
    exclude: ['**/node_modules/**'],
  });
  // Methods of a bucket of the SDK that ask for its metadata, and the address of one by REST.
  const asks = /\bbucket(\([^)]*\))?\.(exists|get|getMetadata)\(|\/storage\/v1\/b\/[^/]+`/;
  assert.deepEqual(
    sources.filter((path) => asks.test(read(path))),
    [],
  );
  assert.match('open.bucket.getMetadata()', asks);
});

test('the deployer may start runs where a revision is tested, and only look in production', () => {
  const role = (name: 'dev' | 'staging' | 'production') => {
    const of = environment(name);
    const { TRIAD_OIDC_ACCOUNTS = '' } = definitionOf(
      targetOf(of, checkout('main'), '2026-01-01', 14),
      'orchestrator',
    ).environment;
    return JSON.parse(TRIAD_OIDC_ACCOUNTS)[of.serviceAccounts.deployer];
  };
  assert.deepEqual(
    [role('dev'), role('staging'), role('production')],
    ['operator', 'operator', 'viewer'],
  );
  const ternary =
    /email\["deployer"\]\) += var\.environment == "production" \? "viewer" : "operator"/;
  assert.match(read('docker/terraform/main.tf'), ternary);
});

/**
 * What the methods that the adapters of jobs call need, as Google's references of permissions say:
 * cloud.google.com/run/docs/reference/iam/permissions and
 * cloud.google.com/vertex-ai/docs/general/iam-permissions. To act as a job's account is granted on
 * that account.
 */
const permissionOf: Record<string, string> = {
  'run createJob': 'run.jobs.create',
  'run deleteJob': 'run.jobs.delete',
  'run listJobs': 'run.jobs.list',
  'run runJob': 'run.jobs.run',
  'run getExecution': 'run.executions.get',
  'run listExecutions': 'run.executions.list',
  'run cancelExecution': 'run.executions.cancel',
  'run listTasks': 'run.tasks.list',
  // The end of a creation is waited for.
  'run getOperation': 'run.operations.get',
  'aiplatform createCustomJob': 'aiplatform.customJobs.create',
  'aiplatform getCustomJob': 'aiplatform.customJobs.get',
  'aiplatform listCustomJobs': 'aiplatform.customJobs.list',
  'aiplatform cancelCustomJob': 'aiplatform.customJobs.cancel',
};

/** The methods of a client package's services, by the names that its clients have for them. */
function methodsOf(metadata: string, services: readonly string[]): Set<string> {
  const { services: all } = JSON.parse(read(metadata)) as {
    services: Record<
      string,
      { clients: { grpc: { rpcs: Record<string, { methods: string[] }> } } }
    >;
  };
  const rpcs = services.flatMap((name) => Object.values(all[name]?.clients.grpc.rpcs ?? {}));
  assert.notEqual(rpcs.length, 0, metadata);
  return new Set(rpcs.flatMap(({ methods }) => methods));
}

/** The permissions of a role of our own. */
function permissionsOf(role: string): (string | undefined)[] {
  const [, body = ''] =
    new RegExp(`"${role}" \\{[\\s\\S]*?permissions = \\[\\n([\\s\\S]*?)\\n {2}\\]`).exec(
      terraform('identity'),
    ) ?? [];
  return [...body.matchAll(/"([\w.]+)"/g)].map(([, name]) => name);
}

test('where branches come and go, the deployer may find and end their jobs', () => {
  const role = 'google_project_iam_custom_role.job_sweeper.name';
  assert.ok(rolesIn('branch_roles', 'deployer').includes(role));
  assert.ok(!rolesIn('project_roles', 'deployer').includes(role));
  const methods = [
    'aiplatform cancelCustomJob',
    'aiplatform getCustomJob',
    'aiplatform listCustomJobs',
    'run deleteJob',
    'run listJobs',
    // The end of a deletion is waited for.
    'run getOperation',
  ];
  const needed = methods.map((method) => permissionOf[method]);
  assert.deepEqual(permissionsOf('job_sweeper'), needed.sort());
});

test('the invoker may call the methods of Cloud Run and Vertex AI that it calls, and no others', () => {
  const services = [
    {
      api: 'run',
      methods: methodsOf('node_modules/@google-cloud/run/build/src/v2/gapic_metadata.json', [
        'Jobs',
        'Executions',
        'Tasks',
      ]),
    },
    {
      api: 'aiplatform',
      methods: methodsOf('node_modules/@google-cloud/aiplatform/build/src/v1/gapic_metadata.json', [
        'JobService',
      ]),
    },
  ];
  const sources = globSync('shared/jobs/cloud/*.ts', { cwd: repository }).map(read).join('\n');
  const called = new Set([...sources.matchAll(/\w\.(\w+)\(/g)].map(([, name = '']) => name));
  const needed = services.flatMap(({ api, methods }) =>
    [...called].filter((name) => methods.has(name)).map((name) => `${api} ${name}`),
  );
  if (/\boperation\.promise\(/.test(sources)) needed.push('run getOperation');
  assert.deepEqual(needed.sort(), Object.keys(permissionOf).sort());

  assert.deepEqual(permissionsOf('job_starter'), Object.values(permissionOf).sort());
});

test('who makes services and jobs may read their images, which Cloud Run asks for', () => {
  const images =
    read('docker/terraform/main.tf').split('module "images"')[1]?.split(/^\}/m)[0] ?? '';
  assert.match(images, /starters\s+= \{ invoker = module\.identity\.member\["invoker"\] \}/);
  assert.match(images, /writers\s+= \[module\.identity\.member\["deployer"\]\]/);
  const grants = terraform('images').matchAll(/iam_member" "(\w+)" \{[\s\S]*?role\s+= "([^"]+)"/g);
  assert.deepEqual(Object.fromEntries([...grants].map(([, who, role]) => [who, role])), {
    starter: 'roles/artifactregistry.reader',
    writer: 'roles/artifactregistry.writer',
    reader: 'roles/artifactregistry.reader',
  });
});

test('the services are made only when every module that grants has done so, and it is known', () => {
  const text = read('docker/terraform/main.tf');
  const waits =
    /"terraform_data" "roles" \{[\s\S]*?depends_on = \[([^\]]*)\]/.exec(text)?.[1] ?? '';
  const awaited = [...waits.matchAll(/module\.(\w+)/g)].map(([, name]) => name);
  const granting = globSync('docker/terraform/modules/*/main.tf', { cwd: repository })
    .filter((path) => /^resource "google_\w+_iam_member"/m.test(read(path)))
    .map((path) => basename(dirname(path)))
    // Of workflows, which come later.
    .filter((name) => name !== 'github');
  assert.deepEqual(awaited.toSorted(), [...granting, 'database'].sort());
  for (const service of ['orchestrator', 'invoker']) {
    const module = text.split(`module "${service}" {`)[1]?.split(/^\}/m)[0] ?? '';
    assert.match(module, /depends_on\s+= \[terraform_data\.roles\]/, service);
  }
});
