import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type AlarmNotice, alarmList, alarmNotice } from '@triad/shared/contracts/alarm-view.ts';
import type { PipelineDefinition } from '@triad/shared/contracts/pipeline.ts';
import { httpReceiver } from '../harness/alarms/http-receiver.ts';
import { EmbeddedSystem } from '../harness/embedded-system.ts';
import { temporaryDirectory } from '../harness/temporary-directory.ts';
import { until } from '../harness/until.ts';

/** One step, whose first attempt fails for good when the parameter `fail` names it. */
const fragile: PipelineDefinition = {
  version: 1,
  name: 'fragile',
  description: 'A scripted step that is tried once.',
  params: { fail: { type: 'string', description: 'The step whose first attempt fails.' } },
  steps: [{ name: 'only', kind: 'container', job: 'scripted', retry: { maxAttempts: 1 } }],
};

async function start(t: TestContext) {
  const receiver = await httpReceiver();
  t.after(receiver.close);
  const pipelines = await temporaryDirectory();
  await writeFile(join(pipelines, 'fragile.ts'), `export default ${JSON.stringify(fragile)};`);
  const system = await EmbeddedSystem.start({
    TRIAD_PIPELINES_DIR: pipelines,
    TRIAD_WATCH_SECONDS: '0.2',
    TRIAD_ALARM_CHANNELS: JSON.stringify({
      ops: { type: 'webhook', url: `${receiver.url}/hook` },
    }),
  });
  t.after(() => system.stop());
  const notices = (): AlarmNotice[] =>
    receiver.requests.map(({ body }) => alarmNotice.parse(JSON.parse(body)));
  const told = (type: AlarmNotice['type']) =>
    until(`a notice that it is ${type}`, async () => notices().find((n) => n.type === type));
  return { system, receiver, notices, told };
}

test('a run that fails calls people once, and its retry tells them that it is over', async (t) => {
  const { system, notices, told } = await start(t);
  const { runId } = await system.run('fragile', { fail: 'only' });
  assert.equal((await system.finished(runId)).state, 'failed');
  const raised = await told('raised');
  assert.deepEqual([raised.kind, raised.pipeline, raised.runId], ['run_failed', 'fragile', runId]);
  await system.ask('POST', `/v1/runs/${runId}:retry`);
  await system.runWhen(runId, 'the retry to succeed', ({ state }) => state === 'succeeded');
  const recovered = await told('recovered');
  assert.equal(recovered.alarmId, raised.alarmId);
  assert.deepEqual(
    notices().map(({ type }) => type),
    ['raised', 'recovered'],
  );
});

test('a notice that nobody took yet outlives the orchestrator', async (t) => {
  const { system, receiver, told } = await start(t);
  receiver.behave('refuse');
  const { runId } = await system.run('fragile', { fail: 'only' });
  await system.finished(runId);
  await told('raised');
  await system.kill('orchestrator');
  const before = receiver.requests.length;
  receiver.behave('accept');
  await system.startService('orchestrator');
  await until('the notice to be sent again', async () => receiver.requests[before]);
  const page = alarmList.parse(await system.ask('GET', '/v1/alarms'));
  assert.equal(page.alarms.length, 1);
});
