import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { applyPlan } from '../../cli/deploy/apply-plan.ts';
import type { Cloud } from '../../cli/deploy/cloud.ts';
import { planDeployment, planRemoval } from '../../cli/deploy/deployment.ts';
import { desiredState } from '../../cli/deploy/desired-state.ts';
import type { Environment } from '../../cli/deploy/environment.ts';
import { keyOf, label, type Resource } from '../../cli/deploy/resource.ts';
import { targetOf } from '../../cli/deploy/target.ts';
import { checkout, commit, environment } from '../harness/deploy/environments.ts';

const dev = environment('dev');
const targetFor = (branch: string, revision = commit('a'), today = '2026-01-01') =>
  targetOf(dev, checkout(branch, { revision }), today, 14);

/** What every cloud must do. `open` gives a new project with nothing in it. */
export function cloudConformance(name: string, open: (of: Environment) => Promise<Cloud>): void {
  describe(`${name} is a cloud`, () => {
    let cloud: Cloud;
    beforeEach(async () => {
      cloud = await open(dev);
    });

    const deploy = async (branch: string, revision?: string) => {
      await applyPlan(cloud, await planDeployment(cloud, targetFor(branch, revision)));
    };
    const make = async (resources: readonly Resource[]) => {
      for (const resource of resources) await cloud.create(resource);
    };
    const inOrder = (resources: readonly Resource[]) =>
      resources.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));

    test('nothing is in a new project', async () => {
      await cloud.check();
      assert.deepEqual(await cloud.list('a'), []);
      assert.deepEqual(await cloud.namespaces(), []);
      assert.deepEqual(await cloud.revisions('a-triad-invoker'), []);
    });

    test('every kind of resource is read as it was made', async () => {
      const desired = desiredState(targetFor('a'), []);
      await make(desired);
      assert.deepEqual(inOrder(await cloud.list('a')), inOrder(desired));
    });

    test('a namespace holds its own resources, and none of one whose name begins alike', async () => {
      await deploy('a');
      const alone = inOrder(await cloud.list('a'));
      await deploy('a-triad');
      await deploy('ab');
      assert.deepEqual(inOrder(await cloud.list('a')), alone);
      assert.equal((await cloud.list('a-triad')).length, alone.length);
    });

    test('what exists is not made again', async () => {
      const desired = desiredState(targetFor('a'), []);
      await make(desired);
      for (const resource of desired) {
        // A folder of a bucket is whatever was written there last.
        if (resource.kind === 'prefix') continue;
        await assert.rejects(cloud.create(resource), { code: 'DEPLOY_CONFLICT' }, keyOf(resource));
      }
    });

    test('an update sets the specification, and keeps the labels of others', async () => {
      const before = desiredState(targetFor('a'), []).map((resource) =>
        resource.kind === 'database'
          ? resource
          : { ...resource, labels: { ...resource.labels, 'triad-other': 'stays' } },
      );
      await make(before);
      const after = desiredState(targetFor('a', commit('b'), '2026-02-01'), []);
      for (const resource of after) await cloud.update(resource);
      const expected = after.map((resource) =>
        resource.kind === 'database'
          ? resource
          : { ...resource, labels: { ...resource.labels, 'triad-other': 'stays' } },
      );
      assert.deepEqual(inOrder(await cloud.list('a')), inOrder(expected));
    });

    test('a deployment leaves nothing to do; the next revision changes the services', async () => {
      await deploy('a');
      assert.deepEqual((await planDeployment(cloud, targetFor('a'))).changes, []);
      const next = await planDeployment(cloud, targetFor('a', commit('b')));
      assert.deepEqual(
        next.changes.map(({ action, resource }) => `${action} ${keyOf(resource)}`),
        ['update service/a-triad-invoker', 'update service/a-triad-orchestrator'],
      );
    });

    test('the revisions of a service are known, the newest first', async () => {
      for (const digit of ['c', 'a', 'b']) await deploy('a', commit(digit));
      const names = await cloud.revisions('a-triad-invoker');
      assert.deepEqual(
        names.map((revision) => revision.slice(0, 'a-triad-invoker-r'.length + 12)),
        ['b', 'a', 'c'].map((digit) => `a-triad-invoker-r${digit.repeat(12)}`),
      );
    });

    test('a teardown removes all of a namespace and nothing else', async () => {
      await deploy('a');
      await deploy('b');
      const other = inOrder(await cloud.list('b'));
      await applyPlan(cloud, await planRemoval(cloud, 'a', dev));
      assert.deepEqual(await cloud.list('a'), []);
      assert.deepEqual(inOrder(await cloud.list('b')), other);
      assert.deepEqual(
        (await cloud.namespaces()).map(({ namespace }) => namespace),
        ['b'],
      );
    });

    test('what is not there is deleted without a word', async () => {
      for (const resource of desiredState(targetFor('a'), [])) await cloud.delete(resource);
      assert.deepEqual(await cloud.list('a'), []);
    });

    test('every namespace is known with its branch and its last day', async () => {
      await deploy('b');
      await deploy('feature/A');
      const found = await cloud.namespaces();
      assert.deepEqual(
        found.map(({ branch, expires }) => [branch, expires]),
        [
          ['b', '2026-01-15'],
          ['feature-a', '2026-01-15'],
        ],
      );
      for (const { namespace } of found) {
        const [first] = await cloud.list(namespace);
        assert.equal(first?.labels[label.namespace], namespace);
      }
    });

    test('a document is read as it was put last', async () => {
      assert.equal(await cloud.document('releases/x.json'), undefined);
      await cloud.putDocument('releases/x.json', '{"a":1}');
      await cloud.putDocument('releases/x.json', '{"ä":2}\n');
      assert.equal(await cloud.document('releases/x.json'), '{"ä":2}\n');
      assert.deepEqual(await cloud.namespaces(), []);
    });
  });
}
