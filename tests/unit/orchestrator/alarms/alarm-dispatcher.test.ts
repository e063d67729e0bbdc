import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import { AlarmDispatcher } from '../../../../orchestrator/alarms/alarm-dispatcher.ts';
import { conditionOf, deliveryOf } from '../../../harness/alarms/alarm-fixtures.ts';
import {
  type AlarmSetup,
  FakeChannel,
  minute,
  setUpAlarms,
} from '../../../harness/alarms/alarm-setup.ts';

let setup: AlarmSetup;
let ops: FakeChannel;
let chat: FakeChannel;
beforeEach(async () => {
  setup = await setUpAlarms();
  [ops, chat] = [new FakeChannel(), new FakeChannel()];
  await setup.alarms.raise(conditionOf(), 'a1', setup.clock.now());
});

const dispatcherOf = (maxAttempts = 4) =>
  new AlarmDispatcher({
    ...setup,
    channels: new Map([
      ['ops', ops],
      ['chat', chat],
    ]),
    maxAttempts,
  });
const tell = (...channels: string[]) =>
  setup.alarms.notify(
    { id: 'a1', notifiedAt: null },
    setup.clock.now(),
    channels.map((channel, index) => deliveryOf(`d${index}`, { channel })),
  );
const states = async () =>
  (await setup.alarms.deliveriesOf('a1')).map(
    ({ channel, state, attempts }) => `${channel} ${state} ${attempts}`,
  );
const refusing = async () => {
  throw new TriadError('ALARM_DELIVERY_FAILED', { channel: 'ops', reason: 'HTTP 503' });
};
const never = (signal: AbortSignal) =>
  new Promise<void>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));

test('a notice goes to each of its channels once', async () => {
  await tell('ops', 'chat');
  const dispatcher = dispatcherOf();
  dispatcher.wake();
  await setup.clock.advance(minute);
  await dispatcher.stop();
  assert.deepEqual([ops.told, chat.told], [['raised run_failed'], ['raised run_failed']]);
  assert.deepEqual(await states(), ['ops delivered 1', 'chat delivered 1']);
  assert.equal(setup.clock.pending, 0);
});

test('a channel that refuses is tried again, ever later, and then given up with its reason', async () => {
  const tried: number[] = [];
  const start = setup.clock.now().getTime();
  ops.behave = async () => {
    tried.push((setup.clock.now().getTime() - start) / 1000);
    await refusing();
  };
  await tell('ops');
  const dispatcher = dispatcherOf();
  dispatcher.wake();
  await setup.clock.advance(10 * minute);
  await dispatcher.stop();
  assert.deepEqual(tried, [0, 0.75, 2.25, 5.25]);
  assert.deepEqual(await states(), ['ops given_up 4']);
  const [delivery] = await setup.alarms.deliveriesOf('a1');
  assert.equal(delivery?.error?.code, 'ALARM_DELIVERY_FAILED');
});

test('a channel that recovers gets what waited for it', async () => {
  ops.behave = refusing;
  await tell('ops');
  const dispatcher = dispatcherOf();
  dispatcher.wake();
  await setup.clock.advance(1000);
  ops.behave = async () => {};
  await setup.clock.advance(minute);
  await dispatcher.stop();
  assert.deepEqual(ops.told, ['raised run_failed']);
});

test('a channel that never answers keeps no other waiting, and counts as failed', async () => {
  ops.behave = never;
  await tell('ops', 'chat');
  const dispatcher = dispatcherOf();
  dispatcher.wake();
  await setup.clock.advance(100);
  assert.deepEqual(await states(), ['ops pending 1', 'chat delivered 1']);
  await setup.clock.advance(10_000);
  const [delivery] = await setup.alarms.deliveriesOf('a1');
  assert.match(delivery?.error?.message ?? '', /no answer within 10000 ms/);
  await dispatcher.stop();
});

test('more notices than a channel takes at a time are all delivered', async () => {
  for (let n = 1; n <= 12; n += 1) {
    const id = `b${n}`;
    await setup.alarms.raise(conditionOf({ key: id }), id, setup.clock.now());
    const delivery = deliveryOf(`e${n}`, { alarmId: id });
    await setup.alarms.notify({ id, notifiedAt: null }, setup.clock.now(), [delivery]);
  }
  let underWay = 0;
  let most = 0;
  ops.behave = async () => {
    underWay += 1;
    most = Math.max(most, underWay);
    await new Promise(setImmediate);
    underWay -= 1;
  };
  const dispatcher = dispatcherOf();
  dispatcher.wake();
  await setup.clock.advance(minute);
  for (let round = 0; round < 50 && ops.sent.length < 12; round += 1) await setup.clock.advance(0);
  await dispatcher.stop();
  assert.equal(ops.sent.length, 12);
  assert.ok(most <= 4, `${most} at a time`);
});

test('two dispatchers on one state send a notice once', async () => {
  await tell('ops');
  const two = [dispatcherOf(), dispatcherOf()];
  for (const dispatcher of two) dispatcher.wake();
  await setup.clock.advance(minute);
  for (const dispatcher of two) await dispatcher.stop();
  assert.equal(ops.sent.length, 1);
});

test('a stop waits for nobody, and what was under way is sent by the next process', async () => {
  ops.behave = never;
  await tell('ops');
  const dispatcher = dispatcherOf();
  dispatcher.wake();
  await setup.clock.advance(100);
  await dispatcher.stop();
  assert.deepEqual(await states(), ['ops pending 1']);
  ops.behave = async () => {};
  const successor = dispatcherOf();
  successor.wake();
  await setup.clock.advance(minute);
  await successor.stop();
  assert.deepEqual(await states(), ['ops delivered 2']);
});

test('a notice to a channel that is gone is given up at once, and says so', async () => {
  await tell('pager');
  const dispatcher = dispatcherOf();
  dispatcher.wake();
  await setup.clock.advance(minute);
  await dispatcher.stop();
  const [delivery] = await setup.alarms.deliveriesOf('a1');
  assert.deepEqual([delivery?.state, delivery?.error?.code], ['given_up', 'NOT_FOUND']);
});
