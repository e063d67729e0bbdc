import assert from 'node:assert/strict';
import { beforeEach, suite, test } from 'node:test';
import type { PipelineDefinition } from '@triad/shared/contracts/pipeline.ts';
import { EventRouter } from '../../../../orchestrator/events/event-router.ts';
import { receivedOf } from '../../../harness/event-fixtures.ts';
import { settled } from '../../../harness/fake-clock.ts';
import {
  dyingOnce,
  type EventSetup,
  setUpEvents,
} from '../../../harness/orchestrator/event-setup.ts';
import { pipelineOf } from '../../../harness/run-fixtures.ts';

const params: PipelineDefinition['params'] = {
  rows: { type: 'integer', description: 'd', minimum: 1 },
};
const onLanded = { on: 'event' as const, type: 'com.example.landed', params: { rows: 'rows' } };
const load = pipelineOf(['only'], { name: 'load', params, triggers: [onLanded] });
const audit = pipelineOf(['only'], {
  name: 'audit',
  params,
  triggers: [{ ...onLanded, source: 'shop/orders' }],
});
const report = pipelineOf(['only'], {
  name: 'report',
  params,
  triggers: [{ on: 'pipeline', pipeline: 'load', params: { rows: 'params.rows' } }],
});

let setup: EventSetup;
const routerOf = (more: Partial<ConstructorParameters<typeof EventRouter>[0]> = {}) =>
  new EventRouter({ ...setup, ...more });
const route = (more = {}) => routerOf(more).routeAll();
const pipelinesOfRuns = async () => (await setup.runs()).map(({ pipeline }) => pipeline).sort();

beforeEach(async () => {
  setup = await setUpEvents([load, audit, report]);
});

suite('an event', () => {
  test('starts one run of each pipeline that waits for it, and shows them', async () => {
    await setup.events.add(receivedOf('a'));
    await route();
    await route();
    const cause = 'event/shop%2Forders/a/load';
    const [first, second] = await setup.runs();
    assert.deepEqual(first, {
      pipeline: 'load',
      runDate: '2024-02-01',
      params: { rows: 3 },
      trigger: 'event',
      cause,
    });
    assert.equal(second?.pipeline, 'audit');
    const stored = await setup.events.get('a');
    assert.deepEqual(
      stored?.effects.map(({ pipeline, error }) => [pipeline, error]),
      [
        ['load', null],
        ['audit', null],
      ],
    );
    assert.equal(stored?.effects[0]?.runId, await setup.events.runOfCause(cause));
  });

  test('starts nothing of a paused pipeline, and says so', async () => {
    await setup.ledger.pause({ pipeline: 'load', at: setup.clock.now(), by: 'ada', reason: '' });
    await setup.events.add(receivedOf('a'));
    await route();
    assert.deepEqual(await pipelinesOfRuns(), ['audit']);
    const stored = await setup.events.get('a');
    assert.deepEqual(
      stored?.effects.map(({ pipeline, error }) => [pipeline, error?.code]),
      [
        ['load', 'PIPELINE_PAUSED'],
        ['audit', undefined],
      ],
    );
  });

  test('of another type or source starts nothing and is done', async () => {
    await setup.events.add(receivedOf('a', { type: 'com.example.other' }));
    await setup.events.add(receivedOf('b', { source: 'shop/returns' }));
    await route();
    assert.deepEqual(await pipelinesOfRuns(), ['load']);
    assert.deepEqual((await setup.events.get('a'))?.effects, []);
    assert.ok((await setup.events.get('a'))?.processedAt);
  });

  test('that does not fit a pipeline keeps the error, and the other pipelines their runs', async () => {
    const strict = pipelineOf(['only'], {
      name: 'strict',
      params: { rows: { type: 'integer', description: 'd', minimum: 100 } },
      triggers: [onLanded],
    });
    setup = await setUpEvents([strict, load]);
    await setup.events.add(receivedOf('a'));
    await setup.events.add(receivedOf('b', { data: { rows: { no: 'number' } } }));
    await route();
    const effects = (await setup.events.get('a'))?.effects;
    assert.equal(effects?.[0]?.error?.code, 'INPUT_INVALID');
    assert.match(effects?.[0]?.error?.message ?? '', /rows/);
    assert.equal(effects?.[1]?.error, null);
    assert.match(
      (await setup.events.get('b'))?.effects[0]?.error?.message ?? '',
      /data\.rows: expected a string, number or boolean/,
    );
    assert.deepEqual(await pipelinesOfRuns(), ['load']);
  });

  for (const when of ['before', 'after'] as const) {
    test(`starts its runs once when the process dies ${when} a start`, async () => {
      await setup.events.add(receivedOf('a'));
      await route({ starter: dyingOnce(setup.starter, 'start', when) });
      await setup.clock.advance(60_000);
      await route();
      assert.deepEqual(await pipelinesOfRuns(), ['audit', 'load']);
      const effects = (await setup.events.get('a'))?.effects;
      assert.ok(effects?.every(({ runId }) => runId !== null));
    });

    test(`starts its runs once when the process dies ${when} the mark`, async () => {
      await setup.events.add(receivedOf('a'));
      await route({ events: dyingOnce(setup.events, 'markProcessed', when) });
      await setup.clock.advance(60_000);
      await route();
      assert.deepEqual(await pipelinesOfRuns(), ['audit', 'load']);
      assert.equal((await setup.events.get('a'))?.effects.length, 2);
    });
  }

  test('starts its runs once when two orchestrators route it', async () => {
    await setup.events.add(receivedOf('a'));
    await Promise.all([route(), route()]);
    assert.deepEqual(await pipelinesOfRuns(), ['audit', 'load']);
    assert.ok((await setup.events.get('a'))?.effects.every(({ runId }) => runId !== null));
  });

  test('that cannot be processed is put off and keeps no other from it', async () => {
    await setup.events.add(receivedOf('a'));
    await setup.events.add(receivedOf('b'));
    await route({ starter: dyingOnce(setup.starter, 'start', 'before') });
    assert.equal((await setup.events.get('a'))?.processedAt, null);
    assert.ok((await setup.events.get('b'))?.processedAt);
    await setup.clock.advance(60_000);
    await route();
    assert.ok((await setup.events.get('a'))?.processedAt);
  });
});

suite('the success of a run', () => {
  test('starts the pipelines after it, with its run date and its values', async () => {
    await setup.succeed('r1', { pipeline: load, runDate: '2023-12-31', params: { rows: 8 } });
    await route();
    await route();
    const runs = await setup.runs();
    const started = runs.find(({ pipeline }) => pipeline === 'report');
    assert.deepEqual(started, {
      pipeline: 'report',
      runDate: '2023-12-31',
      params: { rows: 8 },
      trigger: 'pipeline',
      cause: 'event/triad%2Fpipelines%2Fload/r1/report',
    });
    assert.equal(runs.length, 2);
  });

  for (const when of ['before', 'after'] as const) {
    test(`is not lost and not told twice when the process dies ${when} the announcement`, async () => {
      await setup.succeed('r1', { pipeline: load, params: { rows: 8 } });
      await assert.rejects(route({ events: dyingOnce(setup.events, 'announce', when) }));
      await route();
      assert.deepEqual(await pipelinesOfRuns(), ['load', 'report']);
    });
  }

  test('is told by the loop also when it came long after the one before', async () => {
    const router = routerOf();
    await setup.succeed('r1', { pipeline: load, params: { rows: 8 } });
    await router.routeAll();
    await setup.clock.advance(86_400_000);
    await setup.succeed('r2', { pipeline: load, params: { rows: 9 } });
    await router.routeAll();
    assert.deepEqual(await pipelinesOfRuns(), ['load', 'load', 'report', 'report']);
    // Of a process whose clock is behind.
    await setup.succeed(
      'r3',
      { pipeline: load },
      new Date(setup.clock.now().getTime() - 1_800_000),
    );
    await router.routeAll();
    assert.equal((await setup.runs()).length, 6);
  });
});

suite('the loop', () => {
  test('routes at once when woken, and by itself what nobody told', async () => {
    const router = routerOf();
    router.start();
    await setup.clock.advance(0);
    await setup.events.add(receivedOf('a'));
    router.wake();
    await until(async () => (await setup.events.get('a'))?.processedAt);
    await setup.events.add(receivedOf('b'));
    await setup.clock.advance(5_000);
    await until(async () => (await setup.events.get('b'))?.processedAt);
    await router.stop();
    assert.equal(setup.clock.pending, 0);
  });

  test('looks once more, at once, when it is woken in the middle of a round', async () => {
    let isFirst = true;
    const events = new Proxy(setup.events, {
      get(own, name) {
        const value: unknown = Reflect.get(own, name, own);
        if (typeof value !== 'function') return value;
        return async (...given: unknown[]) => {
          const found: unknown = await Reflect.apply(value, own, given);
          if (name === 'unprocessed' && isFirst) {
            isFirst = false;
            await setup.events.add(receivedOf('late'));
            router.wake();
          }
          return found;
        };
      },
    });
    const router = routerOf({ events });
    router.start();
    await until(async () => {
      await setup.clock.advance(0);
      return (await setup.events.get('late'))?.processedAt;
    });
    await router.stop();
  });

  test('goes on after a round that failed', async () => {
    const router = routerOf({ events: dyingOnce(setup.events, 'unprocessed', 'before') });
    await setup.events.add(receivedOf('a'));
    router.start();
    await setup.clock.advance(5_000);
    await until(async () => (await setup.events.get('a'))?.processedAt);
    await router.stop();
  });

  /** Lets the store's promises settle until there is something. */
  async function until(probe: () => Promise<unknown>): Promise<void> {
    for (let turn = 0; turn < 200; turn += 1) {
      if (await probe()) return;
      await settled();
    }
    assert.fail('it did not happen');
  }
});
