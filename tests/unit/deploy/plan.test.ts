import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { applyPlan } from '../../../cli/deploy/apply-plan.ts';
import { planDeployment, planRemoval } from '../../../cli/deploy/deployment.ts';
import { desiredState } from '../../../cli/deploy/desired-state.ts';
import { differences, fingerprint } from '../../../cli/deploy/differences.ts';
import { planText } from '../../../cli/deploy/plan-text.ts';
import { keyOf, label, type Resource } from '../../../cli/deploy/resource.ts';
import { type Target, targetOf } from '../../../cli/deploy/target.ts';
import { plainStyle } from '../../../cli/render/style.ts';
import { checkout, commit, environment } from '../../harness/deploy/environments.ts';
import { MemoryCloud } from '../../harness/deploy/memory-cloud.ts';

const dev = environment('dev');
const production = environment('production');

const target = fc
  .record({
    branch: fc.constantFrom('a', 'a-triad', 'ab', 'feature/x', 'main'),
    digit: fc.constantFrom('1', '2', '3'),
    day: fc.constantFrom('2026-01-01', '2026-01-02'),
  })
  .map(({ branch, digit, day }) =>
    targetOf(dev, checkout(branch, { revision: commit(digit) }), day, 14),
  );

/** What people and accidents do past Triad. */
const mishap = fc.record({
  at: fc.nat(),
  kind: fc.constantFrom('remove', 'relabel', 'unlabel', 'edit', 'add'),
});
type Mishap = { at: number; kind: 'remove' | 'relabel' | 'unlabel' | 'edit' | 'add' };

function befall(cloud: MemoryCloud, { at, kind }: Mishap): void {
  const all = [...cloud.resources.values()];
  const resource = all[at % Math.max(1, all.length)];
  if (!resource) return;
  const key = keyOf(resource);
  if (kind === 'remove') cloud.resources.delete(key);
  else if (kind === 'add') {
    const name = `${resource.name}-${at % 7}`;
    if (resource.kind === 'topic') {
      cloud.resources.set(`topic/${name}`, { ...resource, name });
    }
  } else if (resource.kind === 'database') return;
  else if (kind === 'relabel') {
    const labels = { ...resource.labels, [label.expires]: '1999-01-01' };
    cloud.resources.set(key, { ...resource, labels });
  } else if (kind === 'unlabel') {
    const { [label.fingerprint]: _, ...labels } = resource.labels;
    cloud.resources.set(key, { ...resource, labels });
  } else cloud.resources.set(key, edited(resource));
}

function edited(resource: Resource): Resource {
  if (resource.kind === 'topic') {
    return { ...resource, spec: { ...resource.spec, retentionSeconds: 601 } };
  }
  if (resource.kind === 'subscription') {
    return { ...resource, spec: { ...resource.spec, push: null, ackDeadlineSeconds: 11 } };
  }
  if (resource.kind === 'schedule') {
    return { ...resource, spec: { ...resource.spec, cron: '0 0 1 1 *' } };
  }
  if (resource.kind !== 'service') return resource;
  const environmentWithout = Object.fromEntries(Object.entries(resource.spec.environment).slice(1));
  return { ...resource, spec: { ...resource.spec, environment: environmentWithout, traffic: [] } };
}

const deploy = async (cloud: MemoryCloud, to: Target) =>
  applyPlan(cloud, await planDeployment(cloud, to));
const snapshot = (cloud: MemoryCloud, namespace: string, others: boolean) =>
  [...cloud.resources.values()]
    .filter((resource) => (ownerOf(resource) === namespace) !== others)
    .map((resource) => JSON.stringify(resource))
    .sort();
const ownerOf = (resource: Resource): string =>
  resource.kind === 'database'
    ? resource.name.replace(/_triad$/, '').replaceAll('_', '-')
    : (resource.labels[label.namespace] ?? '');

test('whatever was there, a plan that is applied gives what is desired and leaves no plan', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(target, { maxLength: 4 }),
      fc.array(mishap, { maxLength: 12 }),
      target,
      async (before, mishaps, to) => {
        const cloud = new MemoryCloud();
        for (const earlier of before) await deploy(cloud, earlier);
        for (const happened of mishaps) befall(cloud, happened);
        const others = snapshot(cloud, to.namespace, true);

        await deploy(cloud, to);

        const desired = desiredState(to, []);
        const actual = await cloud.list(to.namespace);
        assert.deepEqual(actual.map(keyOf).sort(), desired.map(keyOf).sort());
        for (const resource of desired) {
          const there = actual.find((other) => keyOf(other) === keyOf(resource));
          assert.deepEqual(there?.spec, resource.spec);
          assert.deepEqual({ ...there?.labels, ...resource.labels }, there?.labels);
        }
        assert.deepEqual((await planDeployment(cloud, to)).changes, []);
        assert.deepEqual(snapshot(cloud, to.namespace, true), others);
      },
    ),
    { numRuns: 150 },
  );
});

test('a teardown leaves nothing of the namespace and touches nothing else', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(target, { minLength: 1, maxLength: 5 }),
      fc.array(mishap, { maxLength: 6 }),
      target,
      async (before, mishaps, gone) => {
        const cloud = new MemoryCloud();
        for (const earlier of before) await deploy(cloud, earlier);
        for (const happened of mishaps) befall(cloud, happened);
        const others = snapshot(cloud, gone.namespace, true);
        await applyPlan(cloud, await planRemoval(cloud, gone.namespace, dev));
        assert.deepEqual(snapshot(cloud, gone.namespace, false), []);
        assert.deepEqual(snapshot(cloud, gone.namespace, true), others);
      },
    ),
    { numRuns: 150 },
  );
});

test('a deployment that stops half-way goes on where it stopped, or can be torn down', async () => {
  const to = targetOf(dev, checkout('a'), '2026-01-01', 14);
  const whole = new MemoryCloud();
  await deploy(whole, to);
  const steps = whole.log.length;
  for (let done = 1; done < steps; done += 1) {
    const cloud = new MemoryCloud();
    let left = done;
    const create = cloud.create.bind(cloud);
    cloud.create = async (resource) => {
      if (left === 0) throw new Error('the network is gone');
      left -= 1;
      await create(resource);
    };
    await assert.rejects(deploy(cloud, to), /network/);
    assert.equal((await cloud.namespaces()).length, 1, 'the namespace is known');
    left = steps;
    await deploy(cloud, to);
    assert.deepEqual(snapshot(cloud, 'a', false), snapshot(whole, 'a', false));
  }
});

test('what somebody else changed is drift; what a new revision changes is none', async () => {
  const cloud = new MemoryCloud();
  const at = (digit: string) =>
    targetOf(dev, checkout('a', { revision: commit(digit) }), '2026-01-01', 14);
  await deploy(cloud, at('1'));
  const next = await planDeployment(cloud, at('2'));
  assert.deepEqual(
    next.changes.map(({ drifted }) => drifted),
    [false, false],
  );
  const key = 'subscription/a-invoker';
  cloud.resources.set(key, edited(cloud.resources.get(key) as Resource));
  const [change, ...more] = (await planDeployment(cloud, at('1'))).changes;
  assert.deepEqual(more, []);
  assert.equal(change?.drifted, true);
  assert.deepEqual(
    change?.differences.map(({ field }) => field),
    ['ackDeadlineSeconds', 'push'],
  );
});

/** A namespace that stays, as Terraform and then a deployment leave it. */
async function standing(to: Target): Promise<MemoryCloud> {
  const cloud = new MemoryCloud();
  for (const resource of desiredState(to, [])) {
    if (!/^(prefix|service)$/.test(resource.kind)) await cloud.create(resource);
  }
  await deploy(cloud, to);
  cloud.log.length = 0;
  return cloud;
}

test('in production nothing is deleted: what is not expected is told', async () => {
  const to = targetOf(production, checkout('main'), '2026-01-01', 14);
  const cloud = await standing(to);
  befall(cloud, { at: 0, kind: 'add' });
  const plan = await planDeployment(cloud, to);
  assert.deepEqual(plan.changes, []);
  assert.deepEqual(plan.unexpected.map(keyOf), ['topic/production-triad-commands-0']);
  await assert.rejects(planRemoval(cloud, 'production', production), { code: 'DEPLOY_PROTECTED' });
});

test('what differs from what Terraform makes in staging and production is told, and not set', async () => {
  for (const name of ['staging', 'production'] as const) {
    const at = (digit: string) =>
      targetOf(environment(name), checkout('main', { revision: commit(digit) }), '2026-01-01', 14);
    const cloud = await standing(at('1'));
    assert.deepEqual((await planDeployment(cloud, at('1'))).ofTerraform, []);
    for (const key of [`topic/${name}-triad-commands`, `subscription/${name}-invoker`]) {
      cloud.resources.set(key, edited(cloud.resources.get(key) as Resource));
    }
    // It cannot be changed in place, and the schedule is gone.
    const dataset = cloud.resources.get(`dataset/${name}_triad`);
    assert.ok(dataset?.kind === 'dataset');
    cloud.resources.set(keyOf(dataset), { ...dataset, spec: { location: 'US' } });
    cloud.resources.delete(`schedule/${name}-triad-tick`);

    const plan = await planDeployment(cloud, at('2'));
    assert.deepEqual(
      plan.ofTerraform.map(({ action, resource }) => `${action} ${keyOf(resource)}`),
      [
        `update topic/${name}-triad-commands`,
        `update dataset/${name}_triad`,
        `update subscription/${name}-invoker`,
        `create schedule/${name}-triad-tick`,
      ],
    );
    await applyPlan(cloud, plan);
    assert.deepEqual(cloud.log, [
      `update service/${name}-triad-invoker`,
      `update service/${name}-triad-orchestrator`,
    ]);
    const text = planText(plan, plainStyle);
    assert.match(text, /^differs +topic +\S+ +terraform apply sets it$/m);
    assert.match(text, /^missing +schedule +\S+ +terraform apply makes it$/m);
    assert.match(text, /^ {2}retentionSeconds: 601 → 604800$/m);
    const [first, ...others] = plan.ofTerraform;
    assert.ok(first);
    const drifted = { ...plan, ofTerraform: [{ ...first, drifted: true }, ...others] };
    assert.match(planText(drifted, plainStyle), /^drift +topic +\S+ +terraform apply sets it$/m);
  }
});

test('a dataset that a run made is left by deployments, and goes with a teardown', async () => {
  const cloud = new MemoryCloud();
  const to = targetOf(dev, checkout('a'), '2026-01-01', 14);
  await deploy(cloud, to);
  const made = {
    kind: 'dataset',
    name: 'a__warehouse',
    spec: { location: 'europe-west1' },
  } as const;
  await cloud.create({ ...made, labels: { [label.namespace]: 'a' } });
  assert.deepEqual(await planDeployment(cloud, to), {
    changes: [],
    unexpected: [],
    ofTerraform: [],
  });
  const removal = await planRemoval(cloud, 'a', dev);
  assert.ok(removal.changes.some(({ resource }) => resource.name === made.name));
});

test('what cannot be changed in place is refused', async () => {
  const cloud = new MemoryCloud();
  await deploy(cloud, targetOf(dev, checkout('a'), '2026-01-01', 14));
  const moved = { ...dev, region: 'us-central1' };
  await assert.rejects(planDeployment(cloud, targetOf(moved, checkout('a'), '2026-01-01', 14)), {
    code: 'DEPLOY_IMMUTABLE',
    message: 'The location of dataset a_triad cannot be changed in place.',
  });
});

test('equal values have one fingerprint, in whatever order; different ones differ in a field', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
      const same = JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));
      assert.equal(differences(one, other).length === 0, same);
      assert.equal(fingerprint(one) === fingerprint(other), same);
      assert.equal(fingerprint(reversed(one)), fingerprint(one));
    }),
  );
});

function sorted(value: unknown): unknown {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(sorted);
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, part]) => [key, sorted(part)]),
  );
}

function reversed(value: unknown): unknown {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toReversed());
}
