import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { sleep } from '@triad/shared/clock/clock.ts';
import { SensorWatcher } from '../../../../orchestrator/sensors/sensor-watcher.ts';
import { type EventSetup, setUpEvents } from '../../../harness/orchestrator/event-setup.ts';
import { pipelineOf } from '../../../harness/run-fixtures.ts';

const watched = pipelineOf(['only'], {
  params: { seen: { type: 'string', description: 'd' } },
  sensors: [
    {
      name: 'drop',
      everySeconds: 60,
      payloadKey: 'seen',
      watch: { kind: 'files', location: 'file:///data', value: 'files_metadata' },
    },
    {
      name: 'page',
      everySeconds: 60,
      payloadKey: 'seen',
      watch: { kind: 'http', url: 'http://127.0.0.1:1/' },
    },
  ],
});

let setup: EventSetup;
const looks = () => setup.probe.looks.map(({ sensor, number }) => `${sensor} ${number}`);
/** Moves time on and lets what the store answers settle on the way. */
async function advance(seconds: number): Promise<void> {
  for (let passed = 0; passed < seconds; passed += 1) {
    for (let turn = 0; turn < 20; turn += 1) await setup.clock.advance(0);
    await setup.clock.advance(1000);
  }
  for (let turn = 0; turn < 20; turn += 1) await setup.clock.advance(0);
}

beforeEach(async () => {
  setup = await setUpEvents([watched]);
});

test('the sensors of a paused pipeline do not look until it is resumed', async () => {
  const pipeline = watched.name;
  await setup.ledger.pause({ pipeline, at: setup.clock.now(), by: 'ada', reason: '' });
  const watcher = new SensorWatcher(setup);
  watcher.start();
  await advance(70);
  assert.deepEqual(looks(), []);
  assert.deepEqual(
    (await watcher.list()).map(({ state }) => state),
    ['paused', 'paused'],
  );
  await assert.rejects(watcher.check(pipeline, 'drop', false), { code: 'PIPELINE_PAUSED' });
  await setup.ledger.resume(pipeline, setup.clock.now());
  await advance(15);
  assert.deepEqual(looks(), ['drop 1', 'page 1']);
  await watcher.stop();
});

test('every sensor looks at once and then in its interval', async () => {
  const watcher = new SensorWatcher(setup);
  watcher.start();
  await advance(5);
  assert.deepEqual(looks(), ['drop 1', 'page 1']);
  await advance(50);
  assert.equal(looks().length, 2);
  await advance(10);
  assert.deepEqual(looks().slice(2), ['drop 2', 'page 2']);
  await watcher.stop();
  assert.equal(setup.clock.pending, 0);
});

test('the cursor and the times survive a restart', async () => {
  setup.probe.value = 'a';
  const first = new SensorWatcher(setup);
  first.start();
  await advance(5);
  await first.stop();
  setup.probe.value = 'b';
  const second = new SensorWatcher(setup);
  second.start();
  await advance(30);
  assert.equal(looks().length, 2);
  await advance(30);
  await second.stop();
  assert.deepEqual(
    (await setup.runs()).map(({ params }) => params.seen),
    ['b', 'b'],
  );
});

test('two watchers share the looks', async () => {
  const watchers = [new SensorWatcher(setup), new SensorWatcher(setup)];
  for (const watcher of watchers) watcher.start();
  await advance(65);
  assert.deepEqual(looks().toSorted(), ['drop 1', 'drop 2', 'page 1', 'page 2']);
  for (const watcher of watchers) await watcher.stop();
});

test('a sensor whose looks take longer than its interval looks again as soon as it can', async () => {
  const [files] = watched.sensors;
  assert.ok(files);
  const pipeline = { ...watched, sensors: [{ ...files, everySeconds: 1 }] };
  const pipelines = new Map([[pipeline.name, pipeline]]);
  setup.probe.during = () => sleep(setup.clock, 2500);
  const watcher = new SensorWatcher({ ...setup, pipelines });
  watcher.start();
  await advance(11);
  assert.equal(looks().length, 4);
  const stopped = watcher.stop();
  await advance(3);
  await stopped;
});

test('a look that takes long keeps no other sensor, and no answer, waiting', async () => {
  const never = Promise.withResolvers<void>();
  setup.probe.during = () => never.promise;
  const files = setup.probe;
  const { FakeProbe } = await import('../../../harness/sensors/fake-probe.ts');
  const http = new FakeProbe();
  const watcher = new SensorWatcher({ ...setup, probes: { files, http, sql: files } });
  watcher.start();
  await advance(130);
  assert.equal(files.looks.length, 1);
  assert.equal(http.looks.length, 3);
  const answer = watcher.check('test', 'drop', false);
  await advance(9);
  assert.equal((await answer).outcome, 'looking');
  never.resolve();
  await watcher.stop();
});

test('a failing sensor is shown as such and keeps the others looking', async () => {
  setup.probe.failure = new Error('no access');
  const watcher = new SensorWatcher(setup);
  assert.deepEqual(
    (await watcher.list()).map(({ state }) => state),
    ['new', 'new'],
  );
  watcher.start();
  await advance(5);
  const [drop, page] = await watcher.list();
  assert.deepEqual([drop?.state, page?.state], ['failing', 'failing']);
  assert.match(drop?.error?.message ?? '', /no access/);
  await watcher.stop();
});

test('a check looks at once; an unknown sensor is refused', async () => {
  setup.probe.value = 'a';
  const watcher = new SensorWatcher(setup);
  assert.equal((await watcher.check('test', 'drop', false)).outcome, 'remembered');
  const forced = await watcher.check('test', 'drop', true);
  assert.equal(forced.outcome, 'triggered');
  assert.equal(forced.sensor.runId, await setup.events.runOfCause('sensor/test/drop/2'));
  await assert.rejects(watcher.check('test', 'gone', false), { code: 'NOT_FOUND' });
  await watcher.stop();
});
