import assert from 'node:assert/strict';
import { beforeEach, suite, test } from 'node:test';
import type { PipelineDefinition } from '@triad/shared/contracts/pipeline.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import {
  keyOf,
  type LookOptions,
  lookAtSensor,
} from '../../../../orchestrator/sensors/look-at-sensor.ts';
import {
  dyingOnce,
  type EventSetup,
  setUpEvents,
} from '../../../harness/orchestrator/event-setup.ts';
import { pipelineOf } from '../../../harness/run-fixtures.ts';

type SensorDefinition = NonNullable<PipelineDefinition['sensors']>[number];

const drop: SensorDefinition = {
  name: 'drop',
  everySeconds: 60,
  payloadKey: 'seen',
  watch: { kind: 'files', location: 'file:///data', value: 'files_metadata' },
};
const pipelineWith = (more: Partial<SensorDefinition> = {}) =>
  pipelineOf(['only'], {
    params: { seen: { type: 'string', description: 'd' } },
    sensors: [{ ...drop, ...more }],
  });

let setup: EventSetup;
let pipeline = pipelineWith();

async function look(more: Partial<LookOptions> = {}, force = false) {
  const [sensor] = pipeline.sensors;
  assert.ok(sensor);
  const options = { ...setup, ...more };
  const watched = { pipeline, sensor };
  const cursor = await setup.sensors.expect(keyOf(watched), setup.clock.now());
  return lookAtSensor(options, watched, cursor, new AbortController().signal, force);
}
const cursor = () => setup.sensors.expect({ pipeline: 'test', sensor: 'drop' }, setup.clock.now());
const seenByRuns = async () => (await setup.runs()).map(({ params }) => params.seen);
const changes = async () =>
  (await setup.events.list({ limit: 10 })).map(({ event }) => [event.id, event.data]).toReversed();

beforeEach(async () => {
  pipeline = pipelineWith();
  setup = await setUpEvents([pipeline]);
});

suite('a look', () => {
  test('remembers the first value, and starts a run of each new one after it', async () => {
    setup.probe.value = 'a';
    assert.equal(await look(), 'remembered');
    setup.probe.value = 'b';
    assert.equal(await look(), 'triggered');
    assert.deepEqual(await setup.runs(), [
      {
        pipeline: 'test',
        runDate: '2024-01-01',
        params: { seen: 'b' },
        trigger: 'sensor',
        cause: 'sensor/test/drop/2',
      },
    ]);
    assert.deepEqual(await changes(), [['2', { seen: 'b', previous: 'a' }]]);
    assert.equal(setup.announced(), 1);
    const { generation, pending, runId } = await cursor();
    assert.deepEqual([generation, pending], [2, false]);
    assert.equal(runId, await setup.events.runOfCause('sensor/test/drop/2'));
  });

  test('starts a run of the first value where the sensor says so', async () => {
    pipeline = pipelineWith({ initial: 'trigger' });
    setup.probe.value = 'a';
    assert.equal(await look(), 'triggered');
    assert.deepEqual(await seenByRuns(), ['a']);
  });

  test('at the same value is skipped: recorded, no failure, no run', async () => {
    setup.probe.value = 'a';
    await look();
    await setup.clock.advance(1000);
    assert.equal(await look(), 'unchanged');
    assert.equal(await look(), 'unchanged');
    const { skips, failures, error, generation, checkedAt } = await cursor();
    assert.deepEqual([skips, failures, error, generation], [2, 0, null, 1]);
    assert.deepEqual(checkedAt, setup.clock.now());
    assert.deepEqual(await setup.runs(), []);
  });

  test('that is forced starts a run of the same value, and of the first one', async () => {
    setup.probe.value = 'a';
    assert.equal(await look({}, true), 'triggered');
    assert.equal(await look({}, true), 'triggered');
    assert.deepEqual(await seenByRuns(), ['a', 'a']);
  });

  test('that finds nothing starts nothing, but what appears later is a change', async () => {
    assert.equal(await look(), 'remembered');
    assert.equal(await look(), 'unchanged');
    await assert.rejects(look({}, true), { code: 'SENSOR_SEES_NOTHING' });
    setup.probe.value = 'a';
    assert.equal(await look(), 'triggered');
    setup.probe.value = null;
    assert.equal(await look(), 'unchanged');
    setup.probe.value = 'a';
    assert.equal(await look(), 'unchanged');
    assert.deepEqual(await seenByRuns(), ['a']);
  });

  test('that fails is recorded, looks less often, and does not move the cursor', async () => {
    setup.probe.value = 'a';
    await look();
    setup.probe.failure = new TriadError('SENSOR_UNREADABLE', { location: 'x', reason: 'y' });
    const waits: number[] = [];
    for (let failure = 0; failure < 8; failure += 1) {
      await assert.rejects(look(), { code: 'SENSOR_UNREADABLE' });
      waits.push(((await cursor()).nextLookAt.getTime() - setup.clock.now().getTime()) / 1000);
    }
    assert.deepEqual(waits, [60, 120, 240, 480, 960, 1920, 3600, 3600]);
    const { value, generation, failures, error } = await cursor();
    assert.deepEqual([value, generation, failures], ['a', 1, 8]);
    assert.equal(error?.code, 'SENSOR_UNREADABLE');
    setup.probe.failure = undefined;
    setup.probe.value = 'b';
    assert.equal(await look(), 'triggered');
    assert.deepEqual([(await cursor()).failures, (await cursor()).error], [0, null]);
  });

  test('at a value that the pipeline does not take fails and does not move the cursor', async () => {
    setup.probe.value = 'a';
    await look();
    setup.probe.value = 7;
    await assert.rejects(look(), { code: 'INPUT_INVALID' });
    assert.deepEqual([(await cursor()).value, (await cursor()).pending], ['a', false]);
    assert.equal((await cursor()).error?.code, 'INPUT_INVALID');
  });
});

suite('two orchestrators', () => {
  test('that see the same change start one run', async () => {
    setup.probe.value = 'a';
    await look();
    setup.probe.value = 'b';
    let entered = 0;
    const together = Promise.withResolvers<void>();
    setup.probe.during = async () => {
      entered += 1;
      if (entered === 2) together.resolve();
      await together.promise;
    };
    // Claimed one after the other, as when the first look takes longer than the interval.
    const outcomes = await Promise.all([
      look(),
      Promise.resolve()
        .then(settle)
        .then(() => look()),
    ]);
    assert.deepEqual(outcomes.toSorted(), ['superseded', 'triggered']);
    assert.deepEqual(await seenByRuns(), ['b']);
    assert.equal((await changes()).length, 1);
  });

  test('that see different changes at once lose neither', async () => {
    setup.probe.value = 'a';
    await look();
    setup.probe.value = 'b';
    setup.probe.during = async () => {
      setup.probe.during = async () => {};
      setup.probe.value = 'c';
      assert.equal(await look(), 'triggered');
    };
    assert.equal(await look(), 'superseded');
    assert.deepEqual(await seenByRuns(), ['c']);
    assert.equal((await cursor()).value, 'c');
  });

  test('that want the same look do it once', async () => {
    const [sensor] = pipeline.sensors;
    assert.ok(sensor);
    const watched = { pipeline, sensor };
    const seen = await setup.sensors.expect(keyOf(watched), setup.clock.now());
    const { signal } = new AbortController();
    const outcomes = await Promise.all(
      [1, 2].map(() => lookAtSensor(setup, watched, seen, signal)),
    );
    assert.deepEqual(outcomes.toSorted(), ['remembered', 'superseded']);
    assert.equal(setup.probe.looks.length, 1);
  });

  const settle = () => new Promise((resolve) => setImmediate(resolve));
});

suite('a process that dies', () => {
  const deaths = [
    ['sensors', 'swap'],
    ['starter', 'start'],
    ['events', 'add'],
    ['sensors', 'settle'],
  ] as const;
  for (const [part, method] of deaths) {
    for (const when of ['before', 'after'] as const) {
      test(`${when} ${part}.${method} neither loses nor doubles the change`, async () => {
        setup.probe.value = 'a';
        await look();
        setup.probe.value = 'b';
        const dying = { [part]: dyingOnce(setup[part], method as never, when) };
        await assert.rejects(look(dying), /the process died/);
        await look();
        await look();
        assert.deepEqual(await seenByRuns(), ['b']);
        assert.deepEqual(await changes(), [['2', { seen: 'b', previous: 'a' }]]);
        assert.deepEqual([(await cursor()).generation, (await cursor()).pending], [2, false]);
      });

      test(`${when} ${part}.${method} loses no value that came meanwhile`, async () => {
        setup.probe.value = 'a';
        await look();
        setup.probe.value = 'b';
        const dying = { [part]: dyingOnce(setup[part], method as never, when) };
        await assert.rejects(look(dying), /the process died/);
        setup.probe.value = 'c';
        await look();
        await look();
        const isStored = !(method === 'swap' && when === 'before');
        assert.deepEqual(await seenByRuns(), isStored ? ['b', 'c'] : ['c']);
        assert.equal((await cursor()).value, 'c');
      });
    }
  }
});
