import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { alarmKind } from '@triad/shared/contracts/alarm-view.ts';
import { topic } from '@triad/shared/contracts/topics.ts';
import { parse } from 'yaml';
import { datasets, messaging } from '../../../cli/deploy/desired-state.ts';
import { readEnvironments } from '../../../cli/deploy/environment.ts';
import { bodyOf } from '../../../cli/deploy/google/service-body.ts';
import {
  databaseOf,
  definitionOf,
  type ServiceName,
  serviceNames,
} from '../../../cli/deploy/service-definitions.ts';
import { targetOf } from '../../../cli/deploy/target.ts';
import { checkout, commit, environment } from '../../harness/deploy/environments.ts';

const repository = resolve(import.meta.dirname, '../../..');
const read = (path: string) => readFileSync(join(repository, path), 'utf8');
const terraform = (module: string) => read(`docker/terraform/modules/${module}/main.tf`);
/** The value of a local or an argument, as it is written. */
const written = (text: string, name: string) =>
  new RegExp(`^\\s*${name}\\s*=\\s*(.+)$`, 'm').exec(text)?.[1];

const staging = environment('staging');
const target = targetOf(staging, checkout('main', { revision: commit('a') }), '2026-01-01', 14);

test('Terraform and triad deploy make the same topics and subscriptions', () => {
  const text = terraform('messaging');
  assert.equal(written(text, 'ack_deadline_seconds'), String(messaging.ackDeadlineSeconds));
  assert.equal(written(text, 'max_delivery_attempts'), String(messaging.attempts));
  assert.equal(written(text, 'minimum_backoff'), `"${messaging.backoff.minimumSeconds}s"`);
  assert.equal(written(text, 'maximum_backoff'), `"${messaging.backoff.maximumSeconds}s"`);
  assert.equal(written(text, 'message_retention'), `"${messaging.retentionSeconds}s"`);
  assert.equal(written(text, 'commands'), `"${topic.commands}"`);
  assert.equal(written(text, 'outcomes'), `"${topic.outcomes}"`);
  assert.equal(written(text, 'dead-letters'), `"${topic.deadLetters}"`);
});

test('Terraform and triad deploy make the same datasets', () => {
  const [, body = ''] = /datasets = \{\n([\s\S]*?)\n {2}\}/.exec(terraform('warehouse')) ?? [];
  const names = [...body.matchAll(/^\s*(\w+)\s*=/gm)].map(([, name]) => name);
  assert.deepEqual(names, [...datasets]);
});

/** The part of a file from `start` to the first line that is only a closing brace. */
const partOf = (text: string, start: string) =>
  text.slice(text.indexOf(start)).split(/^\}/m, 1)[0] ?? '';

for (const service of serviceNames) {
  test(`Terraform and triad deploy tell the ${service} the same`, () => {
    const text = read('docker/terraform/main.tf');
    const common =
      /\n {2}environment = merge\(var\.settings, \{\n([\s\S]*?)\n {2}\}\)/.exec(text)?.[1] ?? '';
    const own = partOf(text, `module "${service}"`);
    const variables = [...`${common}\n${own}`.matchAll(/^\s*((?:TRIAD|PG)[A-Z_]*)\s*=/gm)];
    const definition = definitionOf(target, service);
    assert.deepEqual(
      variables.map(([, name]) => name).sort(),
      Object.keys(definition.environment).sort(),
    );
    assert.equal(written(own, 'port'), String(definition.port));
    assert.equal(written(own, 'cpu'), `"${definition.cpu}"`);
    assert.equal(written(own, 'memory'), `"${definition.memory}"`);
    const module = terraform('service');
    assert.equal(written(module, 'cpu_idle'), String(definition.cpuIdle));
    assert.equal(written(module, 'startup_cpu_boost'), String(definition.startupCpuBoost));
    assert.equal(written(module, 'timeout'), `"${definition.timeoutSeconds}s"`);
    const concurrency = written(module, 'max_instance_request_concurrency');
    assert.equal(concurrency, String(definition.concurrency));
    const environment = written(module, 'execution_environment');
    assert.equal(environment, `"${definition.executionEnvironment}"`);
    assert.equal(written(module, 'ingress'), `"${definition.ingress}"`);
    assert.equal(written(module, 'invoker_iam_disabled'), String(definition.invokerIamDisabled));
  });

  test(`the manifest of the ${service} is what triad deploy makes`, () => {
    const { metadata, spec } = manifestOf(service);
    const definition = definitionOf(target, service);
    const annotations = { ...metadata.annotations, ...spec.template.metadata.annotations };
    const [container] = spec.template.spec.containers;
    assert.ok(container);
    assert.equal(metadata.name, `staging-triad-${service}`);
    assert.equal(container.image, definition.image);
    assert.equal(spec.template.spec.serviceAccountName, definition.account);
    for (const each of [staging, environment('production')]) {
      const [container] = manifestOf(service, each).spec.template.spec.containers;
      const at = targetOf(each, checkout('main', { revision: commit('a') }), '2026-01-01', 14);
      assert.deepEqual(
        Object.fromEntries(container?.env.map(({ name, value }) => [name, value]) ?? []),
        definitionOf(at, service).environment,
      );
    }
    assert.deepEqual(container.ports, [{ containerPort: definition.port }]);
    assert.deepEqual(container.resources.limits, { cpu: '1', memory: '1Gi' });
    assert.equal(annotations['run.googleapis.com/ingress'], 'all');
    assert.equal(definition.ingress, 'INGRESS_TRAFFIC_ALL');
    assert.equal(
      annotations['run.googleapis.com/invoker-iam-disabled'],
      String(definition.invokerIamDisabled),
    );
    assert.equal(annotations['run.googleapis.com/minScale'], String(definition.minInstances));
    assert.equal(annotations['autoscaling.knative.dev/maxScale'], String(definition.maxInstances));
    assert.equal(annotations['run.googleapis.com/cloudsql-instances'] ?? null, definition.database);
    // It serves at once, so that Cloud Run may look whether it starts.
    assert.equal(annotations['run.googleapis.com/health-check-disabled'], undefined);
    const body = bodyOf({ ...definition, revision: 'r', traffic: [] }, {});
    const [made] = body.template?.containers ?? [];
    assert.deepEqual(container.startupProbe, made?.startupProbe);
    assert.deepEqual(container.livenessProbe, made?.livenessProbe);
  });
}

test('Terraform does not set back what triad deploy and triad promote change of a service', () => {
  const [, ignored = ''] = /ignore_changes = \[\n([\s\S]*?)\]/.exec(terraform('service')) ?? [];
  const names = ignored.split(',').map((name) => name.trim());
  // The template whole: also whether a revision that waits is started to be checked.
  for (const name of ['template', 'traffic', 'labels']) assert.ok(names.includes(name), name);
});

test('Terraform and triad deploy tell both services the settings, which change nothing else', () => {
  const given = { TRIAD_POOLS: '{"gpu":2}', TRIAD_NAMESPACE: 'other' };
  const plain = targetOf(staging, checkout('main'), '2026-01-01', 14);
  const { settings, ...environment } = { ...staging, settings: given };
  for (const service of serviceNames) {
    const target = { ...plain, environment: { ...environment, settings } };
    const expected = { ...definitionOf(plain, service).environment, TRIAD_POOLS: '{"gpu":2}' };
    assert.deepEqual(definitionOf(target, service).environment, expected);
    const own = partOf(read('docker/terraform/main.tf'), `module "${service}"`);
    assert.match(own, /^ {2}environment = merge\(local\.environment, \{$/m);
  }
  assert.equal(written(read('docker/terraform/outputs.tf'), 'settings'), 'var.settings');
});

test('Terraform and triad deploy let the same people ask the orchestrator, and not the invoker', () => {
  const text = read('docker/terraform/main.tf');
  const [, own] =
    /TRIAD_OIDC_ACCOUNTS = jsonencode\(merge\(var\.people, \{([\s\S]*?)\}\)\)/.exec(
      partOf(text, 'module "orchestrator"'),
    ) ?? [];
  const roles = Object.fromEntries(
    [...(own ?? '').matchAll(/email\["(\w+)"\]\)\s*= .*"(\w+)"$/gm)].map(([, name, role]) => [
      `triad-${name}@${staging.project}.iam.gserviceaccount.com`,
      role,
    ]),
  );
  const { environment: variables } = definitionOf(target, 'orchestrator');
  assert.deepEqual(roles, JSON.parse(variables.TRIAD_OIDC_ACCOUNTS ?? ''));
  assert.doesNotMatch(partOf(text, 'module "invoker"'), /var\.people/);
  assert.equal(written(read('docker/terraform/outputs.tf'), 'people'), 'var.people');
});

interface Manifest {
  metadata: { name: string; annotations: Record<string, string> };
  spec: {
    template: {
      metadata: { annotations: Record<string, string> };
      spec: {
        serviceAccountName: string;
        containers: {
          image: string;
          env: { name: string; value: string }[];
          ports: unknown;
          resources: { limits: unknown };
          startupProbe: unknown;
          livenessProbe: unknown;
        }[];
      };
    };
  };
}

function manifestOf(service: ServiceName, of = staging): Manifest {
  const values: Record<string, string> = {
    PROJECT: of.project,
    PROJECT_NUMBER: of.projectNumber,
    REGION: of.region,
    NAMESPACE: of.namespace,
    DATASET_NAMESPACE: databaseOf(of.namespace).replace(/_triad$/, ''),
    DATABASE_INSTANCE: of.databaseInstance,
    DEPLOYER_ROLE: of.name === 'production' ? 'viewer' : 'operator',
    REVISION: commit('a'),
    REVISION_SHORT: commit('a').slice(0, 12),
  };
  const text = read(`docker/cloud-run/${service}.yaml`).replaceAll(
    /\$\{(\w+)\}/g,
    (whole, name: string) => values[name] ?? whole,
  );
  assert.doesNotMatch(text, /\$\{/, 'a placeholder is left');
  return parse(text) as Manifest;
}

test("the alert waits for what the dead man's switch says", () => {
  const [, words = ''] = /jsonPayload\.message=\\"([^"]+)\\"/.exec(terraform('monitoring')) ?? [];
  assert.ok(read('orchestrator/alarms/dead-mans-switch.ts').includes(`log.info({}, "${words}")`));
});

test('the alert looks for counters that are zero and for counters that have stopped', () => {
  const policy = partOf(
    terraform('monitoring'),
    'resource "google_monitoring_alert_policy" "deadman"',
  );
  const [zeros = '', absence = ''] = policy.split('dynamic "conditions"').slice(1);
  assert.match(zeros, /for_each = local\.signs/);
  assert.equal(written(zeros, 'comparison'), '"COMPARISON_LT"');
  assert.equal(written(zeros, 'threshold_value'), '1');
  assert.equal(written(zeros, 'evaluation_missing_data'), '"EVALUATION_MISSING_DATA_ACTIVE"');
  assert.match(absence, /for_each = local\.signs[\s\S]*condition_absent/);
  const [, signs = ''] = /signs = \{\n([\s\S]*?)\n {2}\}/.exec(terraform('monitoring')) ?? [];
  const counted = [...signs.matchAll(/google_logging_metric\.(\w+)\.name/g)];
  const metrics = terraform('monitoring').matchAll(/^resource "google_logging_metric" "(\w+)"/gm);
  assert.deepEqual(
    counted.map(([, name]) => name),
    [...metrics].map(([, name]) => name),
  );
});

test('triad deploy knows the schedule that Terraform makes as its own', () => {
  assert.match(
    terraform('schedule'),
    /^ {2}description .* triad-namespace=\$\{var\.namespace\}"$/m,
  );
});

test('no role is given to everybody, and none that owns or edits the whole project', () => {
  const texts = globSync('docker/terraform/**/*.tf', { cwd: repository }).map(read).join('\n');
  const refused =
    /"all(Authenticated)?Users"|roles\/(owner|editor|viewer)"|google_service_account_key|password\s*=/g;
  assert.deepEqual(texts.match(refused) ?? [], []);
  assert.match('member = "allUsers"', refused);
});

test('every environment has its values', () => {
  for (const name of ['dev', 'staging', 'production']) {
    const text = read(`docker/terraform/environments/${name}.tfvars`);
    assert.equal(written(text, 'environment'), `"${name}"`);
    assert.equal(written(text, 'namespace'), `"${name}"`);
  }
});

test('no environment names an account of another, which is not there when it is made first', () => {
  for (const name of ['dev', 'staging', 'production']) {
    const text = read(`docker/terraform/environments/${name}.tfvars`);
    const project = written(text, 'project')?.replaceAll('"', '');
    const values = text.replaceAll(/^#.*$/gm, '');
    const accounts = [...values.matchAll(/@([\w-]+)\.iam\.gserviceaccount\.com/g)];
    assert.deepEqual(
      accounts.filter(([, of]) => of !== project),
      [],
      name,
    );
  }
});

test('the example of the environments can be read', async () => {
  const found = await readEnvironments(join(repository, 'docker/environments.example.json'));
  assert.equal(found.dev?.isolatedBranches, true);
  assert.deepEqual(Object.values(found.dev.people ?? {}), ['admin', 'viewer']);
  assert.deepEqual(Object.keys(found.dev.settings ?? {}), ['TRIAD_MAX_ACTIVE_RUNS', 'TRIAD_POOLS']);
});

test('each job has an account that the invoker may act as', () => {
  const { TRIAD_JOB_SERVICE_ACCOUNTS = '{}' } = definitionOf(target, 'invoker').environment;
  const accounts = Object.values<string>(JSON.parse(TRIAD_JOB_SERVICE_ACCOUNTS));
  assert.equal(new Set(accounts).size, accounts.length);
  const acting = /\n {2}acting = \{\n([\s\S]*?)\n {2}\}/.exec(terraform('identity'))?.[1] ?? '';
  const named = [...acting.matchAll(/actor = "invoker", account = "([\w-]+)"/g)];
  assert.deepEqual(
    named.map(([, name]) => `triad-${name}@${staging.project}.iam.gserviceaccount.com`),
    accounts,
  );
});

test('the runbook says what to do for every alarm', () => {
  const runbook = read('docs/google-cloud.md');
  for (const kind of alarmKind.options) assert.match(runbook, new RegExp(`^\\| \`${kind}\``, 'm'));
});

test('the runbook asks what was deployed for the namespace, and knows it only from then on', () => {
  const runbook = read('docs/google-cloud.md');
  const set = [...runbook.matchAll(/\bNAMESPACE=(?!\$NAMESPACE)(.*)/g)];
  assert.deepEqual(
    set.map(([, value]) => value),
    ['$(triad deploy --environment "$ENVIRONMENT" --json | jq -r .namespace)'],
  );
  assert.ok(runbook.indexOf('$NAMESPACE') > (set[0]?.index ?? Number.POSITIVE_INFINITY));
});

test('what the runbook moves into the state of Terraform is there, by its name', () => {
  const runbook = read('docs/google-cloud.md');
  const addresses = [...runbook.matchAll(/\bmodule\.(\w+)\.(google_\w+)\.(\w+)/g)];
  assert.notEqual(addresses.length, 0);
  const main = read('docker/terraform/main.tf');
  for (const [address, module, type, name] of addresses) {
    const source = written(partOf(main, `module "${module}"`), 'source') ?? '';
    const folder = source.replaceAll('"', '').replace('./modules/', '');
    assert.ok(terraform(folder).includes(`resource "${type}" "${name}" {`), address);
  }
  assert.match(
    runbook,
    /google_sql_database_instance\.state "projects\/\$PROJECT\/instances\/\$RESTORED"/,
  );
  assert.match(
    runbook,
    /google_sql_database\.state "projects\/\$PROJECT\/instances\/\$RESTORED\/databases\/\$\{ENVIRONMENT\}_triad"/,
  );
  assert.equal(databaseOf('staging'), 'staging_triad');
  const name = written(partOf(main, 'module "database"'), 'name');
  assert.match(name ?? '', /^coalesce\(var\.database_instance, "triad-\$\{var\.environment\}"\)$/);
});
