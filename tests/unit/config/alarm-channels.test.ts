import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseAlarmChannels } from '@triad/shared/config/alarm-channels.ts';

test('without any channel, alarms go to the log', () => {
  assert.deepEqual([...parseAlarmChannels('{}')], [['log', { type: 'log' }]]);
});

test('channels of every type are read', () => {
  const given = {
    hook: { type: 'webhook', url: 'https://example.com/x', headers: { authorization: 'y' } },
    chat: { type: 'slack', url: 'https://example.com/z' },
    mail: { type: 'email', url: 'smtps://u:p@example.com', from: 'a@b.c', to: ['d@e.f'] },
    here: { type: 'log' },
  };
  assert.deepEqual(Object.fromEntries(parseAlarmChannels(JSON.stringify(given))), given);
});

const wrong: [channels: object, field: string, expected: RegExp][] = [
  [{ Ops: { type: 'log' } }, 'Ops', /lower-case/],
  [{ ops: { type: 'pager' } }, 'ops.type', /"webhook", "slack", "email" or "log"/],
  [{ ops: {} }, 'ops.type', /"webhook"/],
  [{ ops: { type: 'webhook' } }, 'ops.url', /http or https URL/],
  [{ ops: { type: 'slack', url: 'hunter2' } }, 'ops.url', /http or https URL/],
  [{ ops: { type: 'slack', url: 'https://x', token: 'hunter2' } }, 'ops', /token/],
  [{ ops: { type: 'email', url: 'http://hunter2', from: 'a@b', to: ['a@b'] } }, 'ops.url', /smtp/],
  [{ ops: { type: 'email', url: 'smtp://x', from: 'a', to: ['a@b'] } }, 'ops.from', /address/],
  [{ ops: { type: 'email', url: 'smtp://x', from: 'a@b', to: [] } }, 'ops.to', /at least one/],
];
for (const [channels, field, expected] of wrong) {
  test(`${JSON.stringify(channels)} is CONFIG_INVALID, names ${field} and shows no secret`, () => {
    assert.throws(
      () => parseAlarmChannels(JSON.stringify(channels)),
      (error: Error & { code?: string }) => {
        assert.equal(error.code, 'CONFIG_INVALID');
        assert.ok(error.message.startsWith(`Configuration TRIAD_ALARM_CHANNELS: ${field}: `));
        assert.match(error.message, expected);
        assert.doesNotMatch(error.message, /hunter2/);
        return true;
      },
    );
  });
}
