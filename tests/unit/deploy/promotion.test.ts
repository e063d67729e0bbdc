import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyPlan } from '../../../cli/deploy/apply-plan.ts';
import { planDeployment, releasedIn } from '../../../cli/deploy/deployment.ts';
import { expiredOn } from '../../../cli/deploy/expired.ts';
import { planPromotion, planRollback, trafficTo } from '../../../cli/deploy/promotion.ts';
import { readRecord, writeRecord } from '../../../cli/deploy/release-record.ts';
import { targetOf } from '../../../cli/deploy/target.ts';
import { checkout, commit, environment } from '../../harness/deploy/environments.ts';
import { MemoryCloud } from '../../harness/deploy/memory-cloud.ts';

const today = '2026-01-01';
const production = environment('production');
const staging = environment('staging');

const deploy = async (cloud: MemoryCloud, to: typeof production, digit: string) => {
  const target = targetOf(to, checkout('main', { revision: commit(digit) }), today, 14);
  await applyPlan(cloud, await planDeployment(cloud, target));
};
const promote = async (cloud: MemoryCloud, digit: string) =>
  applyPlan(cloud, planPromotion(await releasedIn(cloud, 'production'), commit(digit)));

/** Which commit's revision each service sends its requests to, as its first digit. */
function live(cloud: MemoryCloud): string[] {
  return [...cloud.resources.values()].flatMap((resource) =>
    resource.kind === 'service'
      ? resource.spec.traffic
          .filter(({ percent }) => percent === 100)
          .map(({ revision }) => /-r(.)/.exec(revision)?.[1] ?? '')
      : [],
  );
}

test('in production a new revision waits until it is promoted; the first does not', async () => {
  const cloud = new MemoryCloud();
  await deploy(cloud, production, '1');
  assert.deepEqual(live(cloud), ['1', '1']);
  await deploy(cloud, production, '2');
  assert.deepEqual(live(cloud), ['1', '1']);
  await promote(cloud, '2');
  assert.deepEqual(live(cloud), ['2', '2']);
  assert.deepEqual(planPromotion(await releasedIn(cloud, 'production'), commit('2')).changes, []);
  const target = targetOf(production, checkout('main', { revision: commit('2') }), today, 14);
  assert.deepEqual((await planDeployment(cloud, target)).changes, [], 'a promotion is no drift');
});

test('a rollback goes back, the orchestrator first, and another one forth', async () => {
  const cloud = new MemoryCloud();
  for (const digit of ['1', '2']) await deploy(cloud, production, digit);
  await assert.rejects(async () => planRollback(await releasedIn(cloud, 'production')), {
    code: 'DEPLOY_NO_PREVIOUS',
  });
  await promote(cloud, '2');
  const back = planRollback(await releasedIn(cloud, 'production'));
  assert.deepEqual(
    back.changes.map(({ resource }) => resource.name),
    ['production-triad-orchestrator', 'production-triad-invoker'],
  );
  await applyPlan(cloud, back);
  assert.deepEqual(live(cloud), ['1', '1']);
  await applyPlan(cloud, planRollback(await releasedIn(cloud, 'production')));
  assert.deepEqual(live(cloud), ['2', '2']);
});

test('a promotion that stopped between the services is finished by the next', async () => {
  const cloud = new MemoryCloud();
  for (const digit of ['1', '2']) await deploy(cloud, production, digit);
  const plan = planPromotion(await releasedIn(cloud, 'production'), commit('2'));
  const [first] = plan.changes;
  assert.equal(first?.resource.name, 'production-triad-invoker');
  if (first?.action === 'update') await cloud.update(first.resource);
  await promote(cloud, '2');
  assert.deepEqual(live(cloud), ['2', '2']);
});

test('a revision that was never deployed is not promoted', async () => {
  const cloud = new MemoryCloud();
  await deploy(cloud, production, '1');
  await assert.rejects(() => promote(cloud, '9'), { code: 'DEPLOY_REVISION_MISSING' });
});

const record = (digit: string) => ({
  revision: commit(digit),
  testedAt: '2026-01-02T03:04:05.000Z',
  by: 'ada',
  run: null,
});

test('a revision counts as tested when staging ran it alone, and somebody said so', async () => {
  const cloud = new MemoryCloud();
  await assert.rejects(readRecord(cloud, commit('1')), { code: 'DEPLOY_UNTESTED' });
  await assert.rejects(writeRecord(cloud, 'staging', record('1')), { code: 'DEPLOY_NOT_LIVE' });
  await deploy(cloud, staging, '1');
  await writeRecord(cloud, 'staging', record('1'));
  assert.deepEqual(await readRecord(cloud, commit('1')), record('1'));
  assert.deepEqual(await readRecord(cloud, commit('1').slice(0, 12)), record('1'));
  await deploy(cloud, staging, '2');
  await assert.rejects(writeRecord(cloud, 'staging', record('1')), { code: 'DEPLOY_NOT_LIVE' });
});

test('a record that somebody damaged, or of another commit, says nothing', async () => {
  const cloud = new MemoryCloud();
  const path = `releases/${'1'.repeat(12)}.json`;
  for (const text of ['{', '{}', JSON.stringify({ ...record('1'), testedAt: 'yesterday' })]) {
    await cloud.putDocument(path, text);
    await assert.rejects(readRecord(cloud, commit('1')), { code: 'DEPLOY_UNTESTED' }, text);
  }
  await cloud.putDocument(path, JSON.stringify(record('1')));
  const other = `${'1'.repeat(12)}${'2'.repeat(28)}`;
  await assert.rejects(readRecord(cloud, other), { code: 'DEPLOY_UNTESTED' });
});

test('traffic keeps the revision that had the most at hand', () => {
  const split = [
    { revision: 'a', percent: 30, tag: null },
    { revision: 'b', percent: 70, tag: null },
  ];
  assert.deepEqual(trafficTo('c', split), [
    { revision: 'c', percent: 100, tag: 'live' },
    { revision: 'b', percent: 0, tag: 'previous' },
  ]);
  assert.deepEqual(trafficTo('b', split), [{ revision: 'b', percent: 100, tag: 'live' }]);
  assert.deepEqual(trafficTo('a', []), [{ revision: 'a', percent: 100, tag: 'live' }]);
});

test('a namespace goes after its last day; one that stays does not', () => {
  const namespaces = [
    { namespace: 'a', branch: 'a', expires: '2026-01-01' },
    { namespace: 'b', branch: 'b', expires: '2026-01-02' },
    { namespace: 'dev', branch: null, expires: null },
  ];
  const gone = (day: string) => expiredOn(day, namespaces).map(({ namespace }) => namespace);
  assert.deepEqual(gone('2026-01-01'), []);
  assert.deepEqual(gone('2026-01-02'), ['a']);
  assert.deepEqual(gone('2026-12-31'), ['a', 'b']);
});
