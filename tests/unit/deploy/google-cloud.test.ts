import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyPlan } from '../../../cli/deploy/apply-plan.ts';
import { planDeployment, releasedIn } from '../../../cli/deploy/deployment.ts';
import { desiredState } from '../../../cli/deploy/desired-state.ts';
import { namespaceLimit } from '../../../cli/deploy/namespace.ts';
import { planPromotion } from '../../../cli/deploy/promotion.ts';
import { type Kind, keyOf } from '../../../cli/deploy/resource.ts';
import { targetOf } from '../../../cli/deploy/target.ts';
import { checkout, commit, environment } from '../../harness/deploy/environments.ts';
import { googleInMemory } from '../../harness/deploy/google-in-memory.ts';

const dev = environment('dev');
const target = targetOf(dev, checkout('login'), '2026-01-01', 14);

const refused = (status: number, message = 'no', headers: Record<string, string> = {}) =>
  new Response(JSON.stringify({ error: { code: status, message } }), { status, headers });

test('every request is signed with the token of who deploys', async () => {
  const { cloud, google } = googleInMemory();
  await applyPlan(cloud, await planDeployment(cloud, target));
  assert.ok(google.calls.length > 20);
  assert.deepEqual(
    [...new Set(google.calls.map(({ authorization }) => authorization))],
    ['Bearer token-of-ada'],
  );
});

test('a project that is not there is told from one that may not be used', async () => {
  const { cloud, google } = googleInMemory();
  await cloud.check();
  google.faults.push(refused(404, 'Requested project not found'));
  await assert.rejects(cloud.check(), { code: 'DEPLOY_PROJECT_UNKNOWN' });
  google.faults.push(refused(403, 'Pub/Sub API has not been used'));
  await assert.rejects(cloud.check(), {
    code: 'DEPLOY_ACCESS_DENIED',
    message: 'Google Cloud refuses to use project shop-triad-dev: Pub/Sub API has not been used',
  });
});

test('without credentials nothing is asked', async () => {
  const { cloud, google } = googleInMemory(dev, async () => {
    throw new Error('Could not load the default credentials.');
  });
  await assert.rejects(cloud.check(), {
    code: 'DEPLOY_CREDENTIALS_MISSING',
    message: /default credentials/,
  });
  assert.equal(google.calls.length, 0);
});

test('what passes is tried again, after as long as was asked for', async () => {
  const { cloud, google, clock } = googleInMemory();
  google.faults.push(
    refused(429, 'slow down', { 'retry-after': '7' }),
    refused(503, 'not now', { 'retry-after': 'Wed, 21 Oct 2015 07:28:00 GMT' }),
    'network',
    refused(500),
  );
  await cloud.check();
  assert.equal(google.calls.length, 5);
  assert.deepEqual(clock.waits, [7000, 1500, 3000, 6000]);
});

test('what does not pass is given up, and says what was asked for', async () => {
  const { cloud, google } = googleInMemory();
  google.faults.push(...Array.from({ length: 5 }, () => 'network' as const));
  await assert.rejects(cloud.check(), {
    code: 'DEPLOY_CLOUD_UNAVAILABLE',
    message: /did not use project shop-triad-dev in time: ECONNRESET/,
  });
  assert.equal(google.calls.length, 5);
});

test("BigQuery's limit of requests passes, although it answers 403", async () => {
  const { cloud, google, clock } = googleInMemory();
  const body = { error: { code: 403, message: 'x', errors: [{ reason: 'rateLimitExceeded' }] } };
  google.faults.push(new Response(JSON.stringify(body), { status: 403 }));
  await cloud.check();
  assert.equal(clock.waits.length, 1);
});

test('an answer that got lost makes nothing twice and is no conflict', async () => {
  const { cloud, google } = googleInMemory();
  const topic = planned('topic');
  google.faults.push('answer lost');
  await cloud.create(topic);
  const made = google.calls.filter(({ method }) => method === 'PUT');
  assert.equal(made.length, 2);
  assert.equal((await cloud.list('login')).length, 1);
});

const planned = (kind: Kind) => {
  const found = desiredState(target, []).find((resource) => resource.kind === kind);
  assert.ok(found);
  return found;
};

for (const kind of ['service', 'database'] as const) {
  test(`a ${kind} whose creation was not answered is waited for`, async () => {
    const { cloud, google } = googleInMemory();
    const resource = planned(kind);
    google.faults.push('answer lost');
    const from = google.calls.length;
    await cloud.create(resource);
    assert.deepEqual(
      google.calls.slice(from).map(({ method }) => method),
      ['POST', 'POST', 'GET', 'GET'],
    );
    assert.equal((await cloud.list('login')).length, 1);
  });
}

test('a service whose creation was not answered, and that does not start, is an error', async () => {
  const { cloud, google } = googleInMemory();
  const resource = planned('service');
  google.faults.push('answer lost');
  google.run.broken = 'The container failed to start.';
  await assert.rejects(cloud.create(resource), {
    code: 'DEPLOY_CLOUD_REFUSED',
    message: /make service login-triad-invoker: The container failed to start\./,
  });
});

test('a deletion that meets another operation is tried again, and not taken as done', async () => {
  const { cloud, google } = googleInMemory();
  await applyPlan(cloud, await planDeployment(cloud, target));
  const underWay = () => refused(409, 'Another operation is in progress.');
  const database = { kind: 'database', name: 'login_triad' } as const;
  google.faults.push(refused(503), ...Array.from({ length: 4 }, underWay));
  await assert.rejects(cloud.delete(database), { code: 'DEPLOY_CONFLICT' });
  const isThere = async () =>
    (await cloud.list('login')).some(({ kind, name }) => keyOf({ kind, name }) === keyOf(database));
  assert.equal(await isThere(), true);
  google.faults.push(refused(503), underWay());
  await cloud.delete(database);
  assert.equal(await isThere(), false);
});

test('an operation that fails is an error of what was asked for', async () => {
  const { cloud, google } = googleInMemory();
  const plan = await planDeployment(cloud, target);
  await applyPlan(cloud, plan);
  const path = `projects/${dev.project}/locations/europe-west1/services/login-triad-invoker`;
  google.edit(path, (service) => {
    (service.template as { timeout: string }).timeout = '1s';
  });
  const service = plan.changes.find(({ resource }) => resource.name === 'login-triad-invoker');
  assert.ok(service?.resource.kind === 'service');
  const { spec } = service.resource;
  // The name of a revision is given once: what is different must have another.
  await assert.rejects(cloud.update({ ...service.resource, spec: { ...spec, cpu: '2' } }), {
    code: 'DEPLOY_CONFLICT',
    message: /change service login-triad-invoker: Revision named/,
  });
});

test('a revision that is only made now is not named in the traffic; an older one is', async () => {
  const production = environment('production');
  const { cloud, google } = googleInMemory(production);
  const deploy = async (digit: string) => {
    const given = checkout('main', { revision: commit(digit) });
    const to = targetOf(production, given, '2026-01-01', 14);
    await applyPlan(cloud, await planDeployment(cloud, to));
  };
  const sent = () => {
    const calls = google.calls.filter(({ url, method }) => {
      return url.hostname === 'run.googleapis.com' && /POST|PATCH/.test(method);
    });
    return (JSON.parse(calls.at(-1)?.body ?? '{}') as { traffic: unknown }).traffic;
  };
  await deploy('1');
  const latest = { type: 'TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST', percent: 100, tag: 'live' };
  assert.deepEqual(sent(), [latest]);
  const [first] = await cloud.revisions('production-triad-orchestrator');
  await deploy('2');
  const type = 'TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION';
  assert.deepEqual(sent(), [{ type, revision: first, percent: 100, tag: 'live' }]);
  await applyPlan(cloud, planPromotion(await releasedIn(cloud, 'production'), commit('2')));
  assert.deepEqual(sent(), [latest, { type, revision: first, percent: 0, tag: 'previous' }]);
});

test('no instance of a revision starts in production before it is promoted', async () => {
  const production = environment('production');
  const { cloud, google } = googleInMemory(production);
  const targetAt = (digit: string) =>
    targetOf(production, checkout('main', { revision: commit(digit) }), '2026-01-01', 14);
  const deploy = async (digit: string) =>
    applyPlan(cloud, await planDeployment(cloud, targetAt(digit)));
  const started = () =>
    [...google.run.started].map((path) => /-triad-(\w+)-r(.)/.exec(path)?.slice(1).join(' '));
  await deploy('1');
  assert.deepEqual(started(), ['invoker 1', 'orchestrator 1']);
  await deploy('2');
  assert.deepEqual(started(), ['invoker 1', 'orchestrator 1']);
  await applyPlan(cloud, planPromotion(await releasedIn(cloud, 'production'), commit('2')));
  assert.deepEqual(started().slice(2), ['invoker 2', 'orchestrator 2']);
  assert.deepEqual((await planDeployment(cloud, targetAt('2'))).changes, []);
});

test('a revision that is asked at once has to show that it starts', async () => {
  const { cloud, google } = googleInMemory();
  await applyPlan(cloud, await planDeployment(cloud, target));
  assert.equal(google.run.started.size, 2);
  const [service] = google.run.services.values();
  assert.ok(service);
  Object.assign(service.template as object, { healthCheckDisabled: true });
  const [change] = (await planDeployment(cloud, target)).changes;
  assert.deepEqual(change?.differences, [
    { field: 'healthCheckDisabled', actual: true, desired: false },
  ]);
});

test('the longest namespace leaves room for the tags of its traffic', async () => {
  const namespace = 'n'.repeat(namespaceLimit);
  const production = { ...environment('production'), namespace };
  const { cloud } = googleInMemory(production);
  for (const digit of ['1', '2']) {
    const given = checkout('main', { revision: commit(digit) });
    const to = targetOf(production, given, '2026-01-01', 14);
    await applyPlan(cloud, await planDeployment(cloud, to));
    await applyPlan(cloud, planPromotion(await releasedIn(cloud, namespace), commit(digit)));
  }
  const { actual } = await releasedIn(cloud, namespace);
  const tags = actual.flatMap((resource) =>
    resource.kind === 'service' ? resource.spec.traffic.map(({ tag }) => tag) : [],
  );
  assert.deepEqual(tags, ['live', 'previous', 'live', 'previous']);
});

test('a branch with a long name can be deployed', async () => {
  const { cloud } = googleInMemory();
  const to = targetOf(dev, checkout('feature/customer-lifetime'), '2026-01-01', 14);
  await applyPlan(cloud, await planDeployment(cloud, to));
  assert.deepEqual((await planDeployment(cloud, to)).changes, []);
});

test('what somebody changed in the console is drift', async () => {
  const { cloud, google } = googleInMemory();
  await applyPlan(cloud, await planDeployment(cloud, target));
  google.edit(`projects/${dev.project}/subscriptions/login-invoker`, (found) => {
    found.ackDeadlineSeconds = 600;
  });
  const { changes } = await planDeployment(cloud, target);
  assert.deepEqual(
    changes.map(({ resource, drifted, differences }) => [resource.name, drifted, differences]),
    [['login-invoker', true, [{ field: 'ackDeadlineSeconds', actual: 600, desired: 60 }]]],
  );
});

test('a teardown takes all objects of the folder, its own mark last', async () => {
  const { cloud, google } = googleInMemory();
  await applyPlan(cloud, await planDeployment(cloud, target));
  for (let at = 0; at < 40; at += 1) google.putObject(`login/runs/${at}`, 'x');
  google.putObject('login-2/runs/1', 'x');
  await cloud.delete({ kind: 'prefix', name: 'login/' });
  assert.deepEqual(google.objectNames, ['login-2/runs/1']);
  const deleted = google.calls.filter(({ method }) => method === 'DELETE');
  assert.match(deleted.at(-1)?.url.pathname ?? '', /login%2F\.triad-namespace\.json$/);
});

test('a mark that somebody damaged does not hide its namespace', async () => {
  const { cloud, google } = googleInMemory();
  google.putObject('lost/.triad-namespace.json', 'no JSON');
  assert.deepEqual(await cloud.namespaces(), [{ namespace: 'lost', branch: null, expires: null }]);
});

test('who may reach a service, and who checks its callers, is drift when somebody changes it', async () => {
  const { cloud, google } = googleInMemory();
  await applyPlan(cloud, await planDeployment(cloud, target));
  const [service] = google.run.services.values();
  assert.ok(service);
  service.ingress = 'INGRESS_TRAFFIC_INTERNAL_ONLY';
  // As Cloud Run leaves it out.
  delete service.invokerIamDisabled;
  const [change, ...others] = (await planDeployment(cloud, target)).changes;
  assert.deepEqual(others, []);
  assert.equal(change?.drifted, true);
  assert.deepEqual(change?.differences, [
    { field: 'ingress', actual: 'INGRESS_TRAFFIC_INTERNAL_ONLY', desired: 'INGRESS_TRAFFIC_ALL' },
    { field: 'invokerIamDisabled', actual: false, desired: true },
  ]);
  await applyPlan(cloud, await planDeployment(cloud, target));
  assert.deepEqual((await planDeployment(cloud, target)).changes, []);
});
