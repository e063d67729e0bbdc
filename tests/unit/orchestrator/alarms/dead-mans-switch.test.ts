import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { DeadMansSwitch, isRecent } from '../../../../orchestrator/alarms/dead-mans-switch.ts';
import { FakeClock } from '../../../harness/fake-clock.ts';
import { recordingLogger } from '../../../harness/recording-logger.ts';

const url = 'http://outside.example/ping/secret';
let clock: FakeClock;
let asked: string[];
let reason: string | undefined;
let answer: () => Promise<Response>;
let logger: ReturnType<typeof recordingLogger>;
beforeEach(() => {
  clock = new FakeClock();
  asked = [];
  reason = undefined;
  answer = async () => new Response(null);
  logger = recordingLogger();
});

const switchOf = (checks = [async () => reason]) =>
  new DeadMansSwitch({
    url,
    seconds: 60,
    checks,
    clock,
    log: logger.log,
    fetch: (to) => {
      asked.push(String(to));
      return answer();
    },
  });

test('the URL is asked for again and again, as long as all is well', async () => {
  const held = switchOf();
  held.start();
  await clock.advance(180_000);
  assert.deepEqual(asked, [url, url, url]);
  reason = 'the watcher is stuck';
  await clock.advance(180_000);
  assert.equal(asked.length, 3);
  reason = undefined;
  await clock.advance(60_000);
  assert.equal(asked.length, 4);
  await held.stop();
  assert.equal(clock.pending, 0);
});

test('the log says that the switch is held, whatever becomes of the URL, and when it is not', async () => {
  const said = async () => {
    const before = logger.lines.length;
    await switchOf().ping();
    return logger.lines.slice(before).map(({ message }) => message);
  };
  // An alert of Google Cloud waits for these words: docker/terraform/modules/monitoring.
  assert.deepEqual(await said(), ["the dead man's switch is held"]);
  answer = () => Promise.reject(new TypeError('fetch failed'));
  assert.equal((await said())[0], "the dead man's switch is held");
  reason = 'the watcher is stuck';
  assert.deepEqual(await said(), ["the dead man's switch is not held"]);
});

test('a check that throws lets the switch go', async () => {
  await switchOf([async () => Promise.reject(new Error('the disk is gone'))]).ping();
  assert.deepEqual(asked, []);
});

test('an outside service that fails or hangs is asked again, and its URL is never logged', async () => {
  const held = switchOf();
  held.start();
  for (const behave of [
    () => Promise.reject(new TypeError(`fetch failed: ${url}`)),
    async () => new Response(null, { status: 500 }),
  ]) {
    answer = behave;
    await clock.advance(60_000);
  }
  assert.equal(asked.length, 2);
  assert.equal(logger.lines.filter(({ level }) => level === 'warn').length, 2);
  assert.doesNotMatch(JSON.stringify(logger.lines), /secret/);
  await held.stop();
});

test('what happened is recent up to its limit, and what never happened is not', async () => {
  let last: Date | null = null;
  const check = isRecent(clock, 'the watcher', 60, () => last);
  assert.match((await check()) ?? '', /^the watcher did not succeed within 60 s$/);
  last = clock.now();
  await clock.advance(60_000);
  assert.equal(await check(), undefined);
  await clock.advance(1);
  assert.notEqual(await check(), undefined);
});
