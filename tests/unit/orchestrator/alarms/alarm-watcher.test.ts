import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import type { PipelineDefinition } from '@triad/shared/contracts/pipeline.ts';
import { type AlarmSetup, minute, setUpAlarms } from '../../../harness/alarms/alarm-setup.ts';
import { expectTick } from '../../../harness/expect-tick.ts';
import { dispatchedEvent, pipelineOf, planOf } from '../../../harness/run-fixtures.ts';

const hour = 60 * minute;
const day = 24 * hour;

let setup: AlarmSetup;
beforeEach(async () => {
  setup = await setUpAlarms();
});

/** Fires at six in the morning, in UTC. */
const daily = (more: Partial<PipelineDefinition> = {}) =>
  pipelineOf(['only'], { schedule: { cron: '0 6 * * *' }, ...more });
const dueAt = (hours = 6) => new Date(Date.UTC(2024, 0, 1, hours));
const fire = async (runId: string, hours = 6) => {
  const tick = await expectTick(setup.ledger, {
    pipeline: 'test',
    occurrence: dueAt(hours),
    runDate: '2024-01-01',
  });
  await setup.state.createRun(
    planOf(runId, {
      runDate: '2024-01-01',
      trigger: 'schedule',
      createdAt: setup.clock.now(),
    }),
    tick,
  );
};

test('a scheduler that never runs is noticed, though no tick was ever written', async () => {
  const watcher = setup.watcherOf([daily()]);
  await watcher.watch();
  await setup.clock.advance(6 * hour + 15 * minute - 1);
  await watcher.watch();
  assert.deepEqual(await setup.open(), []);
  await setup.clock.advance(1);
  await watcher.watch();
  assert.deepEqual(await setup.open(), ['run_missing test']);
  assert.deepEqual(await setup.notices(), [
    'raised run_missing to ops',
    'raised run_missing to chat',
  ]);
});

test('a tick that was written and never fired is noticed; one that fired is no alarm', async () => {
  const watcher = setup.watcherOf([daily()]);
  await watcher.watch();
  await expectTick(setup.ledger, {
    pipeline: 'test',
    occurrence: dueAt(),
    runDate: '2024-01-01',
  });
  await setup.clock.advance(7 * hour);
  await watcher.watch();
  assert.deepEqual(await setup.open(), ['run_missing test']);
  await fire('r1');
  await watcher.watch();
  assert.deepEqual(await setup.open(), []);
});

test('a missing run that somebody made up for by hand is a recovery', async () => {
  const watcher = setup.watcherOf([daily()]);
  await watcher.watch();
  await setup.clock.advance(7 * hour);
  await watcher.watch();
  await setup.create('r1', { runDate: '2023-12-31' });
  await watcher.watch();
  assert.deepEqual(await setup.open(), ['run_missing test']);
  await setup.create('r2');
  await watcher.watch();
  assert.deepEqual(await setup.open(), []);
  assert.deepEqual((await setup.notices()).slice(2), [
    'recovered run_missing to ops',
    'recovered run_missing to chat',
  ]);
});

test('what should have happened before a pipeline was watched is no alarm', async () => {
  await setup.create('old');
  await setup.finish('old', 'failed');
  await setup.clock.advance(7 * hour);
  const watcher = setup.watcherOf([daily()]);
  await watcher.watch();
  await setup.clock.advance(hour);
  await watcher.watch();
  assert.deepEqual(await setup.open(), []);
});

test('a new schedule is watched from when it is seen, not for what it would have asked before', async () => {
  await setup.watcherOf([daily()]).watch();
  await setup.clock.advance(5 * hour);
  const hourly = setup.watcherOf([daily({ schedule: { cron: '0 * * * *' } })]);
  await hourly.watch();
  assert.deepEqual(await setup.open(), []);
  await setup.clock.advance(2 * hour);
  await hourly.watch();
  const [alarm] = await setup.alarms.openAlarms();
  assert.deepEqual(alarm?.since, dueAt(6));
});

test('an alarm is raised once, however long it lasts and however many watch', async () => {
  const watchers = [setup.watcherOf([daily()]), setup.watcherOf([daily()])];
  for (const watcher of watchers) await watcher.watch();
  await setup.clock.advance(7 * hour);
  for (let round = 0; round < 3; round += 1) {
    await Promise.all(watchers.map((watcher) => watcher.watch()));
    await setup.clock.advance(minute);
  }
  assert.equal((await setup.alarms.listAlarms({ limit: 9 })).length, 1);
  assert.equal((await setup.notices()).length, 2);
  await fire('r1');
  await Promise.all(watchers.map((watcher) => watcher.watch()));
  assert.equal((await setup.notices()).length, 4);
});

test('a failed run is recovered by its retry, once that has succeeded', async () => {
  const watcher = setup.watcherOf([pipelineOf(['only'])]);
  await watcher.watch();
  await setup.create('r1');
  await setup.finish('r1', 'failed');
  await watcher.watch();
  assert.deepEqual(await setup.open(), ['run_failed test']);
  const event = { at: setup.clock.now(), event: { type: 'retry_requested' as const } };
  await setup.change('r1', 0, { state: 'running', events: [event] });
  await setup.clock.advance(minute);
  await watcher.watch();
  assert.deepEqual(await setup.open(), ['run_failed test']);
  await setup.finish('r1', 'succeeded', 1);
  await watcher.watch();
  assert.deepEqual(await setup.open(), []);
  const [alarm] = await setup.alarms.listAlarms({ limit: 1 });
  assert.equal(alarm?.resolution, 'recovered');
});

test('a failed run is recovered by a later success of its run date, not of another', async () => {
  const watcher = setup.watcherOf([pipelineOf(['only'])]);
  await watcher.watch();
  await setup.create('r1');
  await setup.finish('r1', 'failed');
  await setup.clock.advance(minute);
  await setup.create('r2', { runDate: '2024-01-02' });
  await setup.finish('r2', 'succeeded');
  await watcher.watch();
  assert.deepEqual(await setup.open(), ['run_failed test']);
  await setup.create('r3');
  await setup.finish('r3', 'succeeded');
  await watcher.watch();
  assert.deepEqual(await setup.open(), []);
});

test('a failure that nothing makes up for expires, and people are told so', async () => {
  const watcher = setup.watcherOf([pipelineOf(['only'])]);
  await watcher.watch();
  await setup.create('r1');
  await setup.finish('r1', 'failed');
  await watcher.watch();
  await setup.clock.advance(7 * day);
  await watcher.watch();
  await setup.clock.advance(minute);
  await watcher.watch();
  assert.deepEqual(await setup.open(), []);
  assert.equal((await setup.notices()).at(-1), 'expired run_failed to chat');
});

test('a step that is tried again and again is seen in the events of its run', async () => {
  const watcher = setup.watcherOf([pipelineOf(['only'], { alarms: { attempts: 2 } })]);
  await watcher.watch();
  await setup.create('r1');
  const again = dispatchedEvent('only');
  await setup.change('r1', 0, { events: [again, again] });
  await watcher.watch();
  assert.deepEqual(await setup.open(), ['step_retrying test']);
  await setup.finish('r1', 'failed', 2);
  await watcher.watch();
  assert.deepEqual(await setup.open(), ['run_failed test']);
});

test('stale outputs and messages that were given up are seen', async () => {
  const watcher = setup.watcherOf([pipelineOf(['only'], { alarms: { staleAfterSeconds: 60 } })]);
  await watcher.watch();
  await setup.clock.advance(2 * minute);
  await setup.messages.addDeadLetter({
    ...{ id: 'l1', topic: 't', subscription: 'invoker', data: '', attributes: {} },
    ...{ attempts: 1, reasonCode: 'MESSAGE_POISON', reasonMessage: 'm', at: setup.clock.now() },
  });
  await watcher.watch();
  assert.deepEqual(await setup.open(), ['dead_letters null', 'outputs_stale test']);
});

test('the alarms of a pipeline go to its own channels, those of the system to all', async () => {
  const watcher = setup.watcherOf([
    pipelineOf(['only'], { alarms: { channels: ['chat'], staleAfterSeconds: 60 } }),
  ]);
  await watcher.watch();
  await setup.clock.advance(2 * minute);
  await setup.messages.addDeadLetter({
    ...{ id: 'l1', topic: 't', subscription: 'invoker', data: '', attributes: {} },
    ...{ attempts: 1, reasonCode: 'MESSAGE_POISON', reasonMessage: 'm', at: setup.clock.now() },
  });
  await watcher.watch();
  assert.deepEqual(await setup.notices(), [
    'raised dead_letters to ops',
    'raised dead_letters to chat',
    'raised outputs_stale to chat',
  ]);
});

test('a silence keeps notices back; what is still wrong when it ends is told then', async () => {
  const watcher = setup.watcherOf([pipelineOf(['only'])], { channelNames: ['ops'] });
  await watcher.watch();
  await setup.silences.addSilence({
    ...{ id: 's1', pipeline: 'test', kind: 'run_failed', by: 'ada', reason: 'r', endedAt: null },
    ...{ createdAt: setup.clock.now(), until: new Date(setup.clock.now().getTime() + hour) },
  });
  for (const [runId, runDate] of [
    ['r1', '2024-01-01'],
    ['r2', '2024-01-02'],
  ] as const) {
    await setup.create(runId, { runDate });
    await setup.finish(runId, 'failed');
  }
  await watcher.watch();
  assert.equal((await setup.open()).length, 2);
  await setup.create('r3', { runDate: '2024-01-02' });
  await setup.finish('r3', 'succeeded');
  await watcher.watch();
  assert.deepEqual(await setup.notices(), []);
  await setup.clock.advance(hour);
  await watcher.watch();
  assert.deepEqual(await setup.notices(), ['raised run_failed to ops']);
});

test('without a setting nobody is reminded; with one, until somebody acknowledges', async () => {
  const quiet = setup.watcherOf([pipelineOf(['only'])], { channelNames: ['ops'] });
  await quiet.watch();
  await setup.create('r1');
  await setup.finish('r1', 'failed');
  await quiet.watch();
  await setup.clock.advance(day);
  await quiet.watch();
  assert.deepEqual(await setup.notices(), ['raised run_failed to ops']);
  const watcher = setup.watcherOf([pipelineOf(['only'])], {
    channelNames: ['ops'],
    remindSeconds: 3600,
  });
  for (let round = 0; round < 5; round += 1) {
    await watcher.watch();
    await setup.clock.advance(hour / 2);
  }
  assert.deepEqual((await setup.notices()).slice(1), Array(3).fill('reminder run_failed to ops'));
  const [alarm] = await setup.alarms.openAlarms();
  await setup.alarms.acknowledge(alarm?.id ?? '', { at: dueAt(), by: 'ada', comment: '' });
  await setup.clock.advance(day);
  await watcher.watch();
  assert.equal((await setup.notices()).length, 4);
});

test('a store that fails for a while is survived, and no alarm is lost or resolved by it', async () => {
  let isDown = false;
  const facts = setup.factsWith({
    unfinishedRuns: () =>
      isDown ? Promise.reject(new Error('the disk is gone')) : setup.facts.unfinishedRuns(),
  });
  const watcher = setup.watcherOf([daily()], { facts });
  watcher.start();
  await setup.clock.advance(6 * hour + 16 * minute);
  assert.deepEqual(await setup.open(), ['run_missing test']);
  const before = watcher.lastSuccess;
  isDown = true;
  await setup.clock.advance(hour);
  assert.deepEqual(watcher.lastSuccess, before);
  assert.deepEqual(await setup.open(), ['run_missing test']);
  isDown = false;
  await setup.clock.advance(minute);
  assert.ok(watcher.lastSuccess && before && watcher.lastSuccess > before);
  await watcher.stop();
  assert.equal(setup.clock.pending, 0);
});

test('a pipeline that cannot be looked at keeps its alarms, and the others are looked at', async () => {
  let isBroken = false;
  const facts = setup.factsWith({
    runsOf: (pipeline: string, runDate: string) =>
      isBroken && pipeline === 'a'
        ? Promise.reject(new Error('unreadable'))
        : setup.facts.runsOf(pipeline, runDate),
  });
  const [a, b] = ['a', 'b'].map((name) => pipelineOf(['only'], { name }));
  assert.ok(a && b);
  const watcher = setup.watcherOf([a, b], { facts });
  await watcher.watch();
  await setup.create('r1', { pipeline: a });
  await setup.finish('r1', 'failed');
  await watcher.watch();
  isBroken = true;
  await setup.clock.advance(minute);
  await setup.create('r2', { pipeline: b });
  await setup.finish('r2', 'failed');
  await watcher.watch();
  assert.deepEqual(await setup.open(), ['run_failed a', 'run_failed b']);
  assert.ok(watcher.lastSuccess && watcher.lastSuccess < setup.clock.now());
});

test('firings that were looked at are not looked at again', async () => {
  const asked: Date[] = [];
  const facts = setup.factsWith({
    answeredFirings: (pipeline: string, after: Date, until: Date) => {
      asked.push(after);
      return setup.facts.answeredFirings(pipeline, after, until);
    },
  });
  const watcher = setup.watcherOf([daily()], { facts });
  await watcher.watch();
  await fire('r1');
  await setup.clock.advance(7 * hour);
  await watcher.watch();
  await watcher.watch();
  assert.equal(asked.length, 1);
  assert.deepEqual(await setup.open(), []);
});
