import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Route, roleOf } from '../../../../orchestrator/api/route.ts';
import { stateRoutes } from '../../../../orchestrator/api/state-routes.ts';
import { setUpWholeOrchestrator } from '../../../harness/orchestrator/whole-orchestrator.ts';

const never = async () => assert.fail('nobody asks');

/** Every operation of an orchestrator as it runs. */
async function everyRoute(): Promise<Route[]> {
  const { orchestrator } = await setUpWholeOrchestrator();
  return [...orchestrator.routes, ...stateRoutes({ backup: never, prune: never, preview: never })];
}

test('viewers look and operators act, but for these operations', async () => {
  const others: Record<string, string[]> = {};
  for (const route of await everyRoute()) {
    const role = roleOf(route);
    if (role === (route.method === 'get' ? 'viewer' : 'operator')) continue;
    others[role] = [...(others[role] ?? []), `${route.method} ${route.path}`].toSorted();
  }
  assert.deepEqual(others, {
    anyone: ['get /healthz', 'get /readyz'],
    service: ['post /pubsub/push', 'post /v1/projects/{project}/topics/{topic}:publish'],
    admin: [
      'get /v1/audit',
      'get /v1/tokens',
      'post /v1/state:backup',
      'post /v1/state:prune',
      'post /v1/tokens',
      'post /v1/tokens/{id}:revoke',
    ],
  });
});

test('no two operations have the same method and path', async () => {
  const names = (await everyRoute()).map(({ method, path }) => `${method} ${path}`);
  assert.deepEqual(
    names.filter((name, index) => names.indexOf(name) !== index),
    [],
  );
});
