import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadConfigWithSecrets } from '@triad/shared/config/config.ts';
import { definitionOf, serviceNames, urlOf } from '../../../cli/deploy/service-definitions.ts';
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

test('labels that say who pays are on the jobs that the invoker starts', () => {
  const labelsOf = (changes: object) => {
    const target = targetOf(
      { ...environment('dev'), ...changes },
      checkout('main'),
      '2026-01-01',
      14,
    );
    return definitionOf(target, 'invoker').environment.TRIAD_LABELS;
  };
  assert.equal(
    labelsOf({ jobLabels: { team: 'crm', 'cost-center': '4711' } }),
    'team=crm,cost-center=4711',
  );
  assert.equal(labelsOf({}), '');
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
