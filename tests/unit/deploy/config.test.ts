import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadConfigWithSecrets, variableNames } from '@triad/shared/config/config.ts';
import { definitionOf, serviceNames, urlOf } from '../../../cli/deploy/service-definitions.ts';
import { settings } from '../../../cli/deploy/settings.ts';
import { targetOf } from '../../../cli/deploy/target.ts';
import { checkout, environment } from '../../harness/deploy/environments.ts';

for (const name of ['dev', 'staging', 'production'] as const) {
  for (const service of serviceNames) {
    test(`the ${service} of ${name} understands what triad deploy tells it`, async () => {
      const of = environment(name);
      const target = targetOf(of, checkout('main'), '2026-01-01', 14);
      const read: string[] = [];
      const config = await loadConfigWithSecrets(
        async (version, variable) => {
          read.push(version);
          return variable === 'TRIAD_DATABASE_URL'
            ? `postgres://triad:x@localhost/?host=/cloudsql/${of.project}:${of.region}:db`
            : '{"ops":{"type":"log"}}';
        },
        { ...definitionOf(target, service).environment },
      );
      assert.equal(config.profile, 'gcp');
      assert.equal(config[service].url, urlOf(target, service));
      assert.equal(config.googleCloud?.namespace, target.namespace);
      assert.deepEqual(Object.keys(config.googleCloud?.jobs.images ?? {}), [
        'sql-runner',
        'trainer',
        'container',
      ]);
      const { trainer } = config.googleCloud?.jobs.images ?? {};
      assert.equal(trainer?.acceleratorImage, `${of.images}/trainer-gpu:${target.revision}`);
      const runsJobs = service === 'invoker';
      assert.equal(trainer.serviceAccount, runsJobs ? of.serviceAccounts.trainer : undefined);
      assert.equal(config.googleCloud?.oidc.accounts.get(of.serviceAccounts.push), 'service');
      const secrets = service === 'invoker' ? 0 : name === 'dev' ? 1 : 2;
      assert.equal(read.length, secrets);
      assert.equal(config.requiresToken, true);
    });
  }
}

function refusedFor(given: object): string | undefined {
  const [issue] = settings.safeParse(given).error?.issues ?? [];
  return issue && `${issue.path.join('.')} ${issue.message}`;
}

test('no setting takes the place of what a deployment tells its services; any other can be one', () => {
  const target = targetOf(environment('staging'), checkout('main'), '2026-01-01', 14);
  const told = serviceNames.flatMap((service) =>
    Object.keys(definitionOf(target, service).environment),
  );
  for (const name of told)
    assert.match(refusedFor({ [name]: 'x' }) ?? '', new RegExp(`^${name} is`));
  const useful = {
    TRIAD_JOB_NETWORK: 'projects/1/global/networks/default',
    TRIAD_FLEX_START_SECONDS: '3600',
    TRIAD_MAX_GIB_BILLED: '20',
    TRIAD_POOLS: '{"gpu":1}',
    TRIAD_MAX_ACTIVE_RUNS: '4',
    TRIAD_RETENTION_DAYS: '90',
    TRIAD_OTLP_URL: 'https://otlp.example/v1/traces',
    TRIAD_EVENT_SOURCES: '//shop/orders',
    TRIAD_ALARM_REMIND_SECONDS: '3600',
    TRIAD_LABELS: 'team=crm',
    TRIAD_LOG_LEVEL: 'debug',
    TRIAD_DEADMAN_SECONDS: '120',
    TRIAD_WATCHER: 'on',
    TRIAD_S3_ENDPOINT: 'https://s3.shop.example',
  };
  assert.equal(refusedFor(useful), undefined);
  assert.match(refusedFor({ TRIAD_LABELS: 'Team=crm' }) ?? '', /TRIAD_LABELS/);
});

test('no setting makes services believe another issuer, or send data past Google', () => {
  const ofGoogle = variableNames.filter(
    (name) => /_ENDPOINT$/.test(name) && name !== 'TRIAD_S3_ENDPOINT',
  );
  assert.equal(ofGoogle.length, 5);
  for (const name of [...ofGoogle, 'TRIAD_OIDC_ISSUER', 'TRIAD_OIDC_KEYS', 'TRIAD_URL']) {
    const value = /^TRIAD_(PUBSUB|VERTEX|RUN)_/.test(name)
      ? 'evil.example:1'
      : 'https://evil.example';
    assert.equal(refusedFor({ [name]: value }), `${name} is not for an environment to set`);
  }
});

test('no setting silences what the alert waits for', () => {
  const silencing = {
    TRIAD_LOG_LEVEL: ['warn', 'error', 'silent'],
    TRIAD_WATCHER: ['off'],
    TRIAD_DEADMAN_SECONDS: ['121', '3600'],
  };
  for (const [name, values] of Object.entries(silencing)) {
    for (const value of values) {
      assert.match(refusedFor({ [name]: value }) ?? '', new RegExp(`^${name} expected .*alert`));
    }
  }
});

test('the URL of the monitor outside may be a secret, and is not for branches', async () => {
  const deadmanUrl = 'gcp-secret://projects/shop/secrets/triad-deadman-url/versions/latest';
  const told = (name: 'dev' | 'staging') =>
    definitionOf(
      targetOf({ ...environment(name), deadmanUrl }, checkout('main'), '2026-01-01', 14),
      'orchestrator',
    ).environment;
  assert.equal(told('dev').TRIAD_DEADMAN_URL, 'http://127.0.0.1:4180/healthz');
  const config = await loadConfigWithSecrets(
    async (_version, variable) =>
      variable === 'TRIAD_DATABASE_URL'
        ? 'postgres://triad:x@localhost/'
        : variable === 'TRIAD_DEADMAN_URL'
          ? 'https://monitor.example/check/5ecret'
          : '{}',
    { ...told('staging') },
  );
  assert.equal(config.alarms.deadman?.url, 'https://monitor.example/check/5ecret');
});

test('people may ask the orchestrator, each in their role; the invoker knows services alone', async () => {
  const of = { ...environment('staging'), people: { 'ada@shop.example': 'admin' } as const };
  const target = targetOf(of, checkout('main'), '2026-01-01', 14);
  const accountsOf = (service: (typeof serviceNames)[number]) =>
    JSON.parse(definitionOf(target, service).environment.TRIAD_OIDC_ACCOUNTS ?? '');
  assert.equal(accountsOf('orchestrator')['ada@shop.example'], 'admin');
  assert.equal(accountsOf('orchestrator')[of.serviceAccounts.deployer], 'operator');
  assert.deepEqual(Object.values(accountsOf('invoker')), ['service', 'service']);
});
