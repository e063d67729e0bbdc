import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { EmbeddedSystem } from '../harness/embedded-system.ts';
import { until } from '../harness/until.ts';

const systems: EmbeddedSystem[] = [];
after(() => Promise.all(systems.map((system) => system.stop())));

test('a service that is told to stop is first not ready, answers on, then ends; its run goes on in the next', async () => {
  const system = await EmbeddedSystem.start({ TRIAD_DRAIN_SECONDS: '1' });
  systems.push(system);
  const run = await system.run('chain', { hold: 'second' });
  await system.runWhen(run.runId, 'the second step to run', ({ steps }) =>
    steps.some(({ name, state }) => name === 'second' && state === 'dispatched'),
  );

  const stopped = system.stop();
  for (const url of [system.orchestratorUrl, system.invokerUrl]) {
    const reasons = await until(`${url} not to be ready`, async () => {
      const answer = await fetch(`${url}/readyz`);
      return answer.status === 503 ? answer.text() : undefined;
    });
    assert.match(reasons, /SERVICE_STOPPING/);
  }
  // What comes before the load balancer has noticed is still answered.
  const late = await system.run('chain');
  assert.equal(late.pipeline, 'chain');
  await stopped;
  await assert.rejects(fetch(`${system.orchestratorUrl}/healthz`));

  system.letGo(run.runId);
  await Promise.all([system.startService('orchestrator'), system.startService('invoker')]);
  for (const { runId } of [run, late]) {
    assert.equal((await system.finished(runId)).state, 'succeeded');
  }
});
