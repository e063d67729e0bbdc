import assert from 'node:assert/strict';
import { isAbsolute, resolve } from 'node:path';
import { test } from 'node:test';
import { loadConfig } from '@triad/shared/config/config.ts';
import { requiredServiceToken } from '@triad/shared/config/requires-token.ts';

test('an empty environment gives a working configuration', () => {
  const config = loadConfig({});
  assert.deepEqual(config.orchestrator, { port: 4180, url: 'http://127.0.0.1:4180' });
  assert.deepEqual(config.invoker, { port: 4181, url: 'http://127.0.0.1:4181' });
  assert.equal(config.schedulerEnabled, true);
  assert.deepEqual(config.extraJobs, {});
  for (const path of [config.home, config.sqlDirectory, config.pipelinesDirectory]) {
    assert.ok(isAbsolute(path));
  }
});

test('values are read with their types', () => {
  const config = loadConfig({
    TRIAD_HOME: 'somewhere',
    TRIAD_HOST: '::1',
    TRIAD_INVOKER_PORT: '0',
    TRIAD_ORCHESTRATOR_URL: 'https://triad.example',
    TRIAD_RECONCILE_SECONDS: '0.25',
    TRIAD_SCHEDULER: 'off',
    TRIAD_JOBS: '{"score":["python3","score.py"],"fit":{"command":["node","fit.ts"],"warm":2}}',
    TRIAD_IN_PROCESS_JOBS: '{"mark":"jobs/mark.ts"}',
    UNRELATED: 'x',
  });
  assert.equal(config.home, resolve('somewhere'));
  assert.equal(config.orchestrator.url, 'https://triad.example');
  assert.deepEqual(config.invoker, { port: 0, url: 'http://[::1]:0' });
  assert.equal(config.reconcileSeconds, 0.25);
  assert.equal(config.schedulerEnabled, false);
  assert.deepEqual(config.extraJobs, {
    score: { commandLine: ['python3', 'score.py'], warm: 0 },
    fit: { commandLine: ['node', 'fit.ts'], warm: 2 },
  });
  assert.deepEqual(config.inProcessJobs, { mark: resolve('jobs/mark.ts') });
});

const wrong: Record<string, string[]> = {
  TRIAD_HOME: [''],
  TRIAD_PROFILE: ['moon'],
  TRIAD_ORCHESTRATOR_PORT: ['', ' ', 'x', '-1', '65536', '80.5', '0x50', '1e3'],
  TRIAD_INVOKER_URL: ['localhost', 'ftp://x', ''],
  TRIAD_LOG_LEVEL: ['loud'],
  TRIAD_DATASET: ['a b', 'x"; drop table y', ''],
  TRIAD_JOBS: [
    '',
    'x',
    '[]',
    '{"a":"b"}',
    '{"a":[]}',
    '{"a":{"command":["x"]}}',
    '{"a":{"command":["x"],"warm":-1}}',
  ],
  TRIAD_IN_PROCESS_JOBS: ['[]', '{"a":["x"]}', '{"A":"x"}'],
  TRIAD_IN_PROCESS_LIMIT: ['0', '65'],
  TRIAD_WARM_WORKERS: ['', '17', '1.5'],
  TRIAD_SCHEDULER: ['true', ''],
  TRIAD_RECONCILE_SECONDS: ['0', '-1', '', 'soon'],
  TRIAD_DELIVERY_ATTEMPTS: ['0', '101'],
  TRIAD_ALARM_CHANNELS: ['', 'x', '[]'],
  TRIAD_WATCHER: ['yes'],
  TRIAD_WATCH_SECONDS: ['0', 'often'],
  TRIAD_ALARM_REMIND_SECONDS: ['0', ''],
  TRIAD_ALARM_ATTEMPTS: ['0', '101'],
  TRIAD_DEADMAN_URL: ['here', 'ftp://x'],
  TRIAD_DEADMAN_SECONDS: ['0'],
  TRIAD_AUTH: ['yes', ''],
  TRIAD_TOKEN: [''],
  TRIAD_SERVICE_TOKEN: ['', 'x'.repeat(31)],
  TRIAD_RATE_LIMIT: ['-1', '1.5', ''],
  TRIAD_DRAIN_SECONDS: ['601', 'long'],
  TRIAD_POOLS: ['x', '[]', '{"gpu":0}', '{"gpu":1.5}', '{"GPU":1}', '{"warehouse":3}'],
  TRIAD_OTLP_URL: ['localhost:4318', 'grpc://x'],
};
for (const [variable, values] of Object.entries(wrong)) {
  test(`a wrong ${variable} is CONFIG_INVALID and names the variable`, () => {
    for (const value of values) {
      assert.throws(() => loadConfig({ [variable]: value }), {
        code: 'CONFIG_INVALID',
        message: new RegExp(`^Configuration ${variable}: .*[a-z]`),
      });
    }
  });
}

const hosts: [string, boolean][] = [
  ['127.0.0.1', false],
  ['127.8.9.1', false],
  ['localhost', false],
  ['::1', false],
  ['0.0.0.0', true],
  ['::', true],
  ['10.0.0.1', true],
  ['triad.example', true],
  ['127.0.0.1.evil.example', true],
  ['localhost.evil.example', true],
];
for (const [host, isReachable] of hosts) {
  test(`on ${host} tokens are ${isReachable ? '' : 'not '}required unless it is said otherwise`, () => {
    assert.equal(loadConfig({ TRIAD_HOST: host }).requiresToken, isReachable);
    assert.equal(loadConfig({ TRIAD_HOST: host, TRIAD_AUTH: 'on' }).requiresToken, true);
    const off = () => loadConfig({ TRIAD_HOST: host, TRIAD_AUTH: 'off' }).requiresToken;
    if (isReachable) assert.throws(off, { code: 'CONFIG_INVALID', message: /TRIAD_AUTH/ });
    else assert.equal(off(), false);
  });
}

test('services that require tokens cannot do without a secret of their own', () => {
  assert.throws(() => requiredServiceToken(undefined), {
    code: 'CONFIG_INVALID',
    message: /^Configuration TRIAD_SERVICE_TOKEN: .*32 characters/,
  });
  assert.equal(requiredServiceToken('x'.repeat(32)), 'x'.repeat(32));
});
