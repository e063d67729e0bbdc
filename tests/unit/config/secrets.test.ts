import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadConfig, loadConfigWithSecrets } from '@triad/shared/config/config.ts';
import { resolveSecrets, secretVariables } from '@triad/shared/config/secrets.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';

const version = 'projects/shop-1/secrets/database_url/versions/3';
const reference = `gcp-secret://${version}`;

/** A reader of known secrets that keeps what it was asked for. */
function readerOf(secrets: Record<string, string>) {
  const asked: [version: string, variable: string][] = [];
  const read = async (name: string, variable: string) => {
    asked.push([name, variable]);
    const secret = secrets[name];
    if (secret === undefined) throw new TriadError('SECRET_MISSING', { variable });
    return secret;
  };
  return { read, asked };
}

test('each variable that is a secret may refer to one', async () => {
  for (const variable of secretVariables) {
    const { read, asked } = readerOf({ [version]: 'value' });
    const env = { [variable]: reference, OTHER: 'x' };
    assert.deepEqual(await resolveSecrets(env, read), { [variable]: 'value', OTHER: 'x' });
    assert.deepEqual(asked, [[version, variable]]);
    assert.equal(env[variable], reference, 'the environment itself stays as it is');
  }
});

test('without references nobody is asked and nothing is changed', async () => {
  const { read, asked } = readerOf({});
  const env = { TRIAD_TOKEN: 'triad_x', TRIAD_HOME: 'gcp', FOREIGN: reference };
  assert.equal(await resolveSecrets(env, read), env);
  assert.deepEqual(asked, []);
});

test('the line break that a secret ends with is no part of it; any other is', async () => {
  for (const [stored, value] of [
    ['a\n', 'a'],
    ['a\r\n', 'a'],
    ['a\n\n', 'a\n'],
    [' a\nb ', ' a\nb '],
  ] as const) {
    const { read } = readerOf({ [version]: stored });
    assert.equal((await resolveSecrets({ TRIAD_TOKEN: reference }, read)).TRIAD_TOKEN, value);
  }
});

test('a resolved value is checked as any other, and is not in the error', async () => {
  const { read } = readerOf({ [version]: 'mysql://u:hunter2@db/x' });
  await assert.rejects(
    loadConfigWithSecrets(read, { TRIAD_DATABASE_URL: reference }),
    (error: Error) => {
      assert.match(error.message, /^Configuration TRIAD_DATABASE_URL: expected a postgres/);
      assert.ok(!error.message.includes('hunter2'));
      return true;
    },
  );
});

test('configuration takes what its references name', async () => {
  const { read } = readerOf({
    [version]: 'postgres://u:p@db/x',
    'projects/7/secrets/alarms/versions/latest':
      '{"ops":{"type":"slack","url":"https://x.example"}}',
  });
  const config = await loadConfigWithSecrets(read, {
    TRIAD_DATABASE_URL: reference,
    TRIAD_ALARM_CHANNELS: 'gcp-secret://projects/7/secrets/alarms/versions/latest',
  });
  assert.equal(config.databaseUrl, 'postgres://u:p@db/x');
  assert.deepEqual([...config.alarms.channels.keys()], ['ops']);
});

test('a secret that cannot be read names its variable', async () => {
  const { read } = readerOf({});
  await assert.rejects(loadConfigWithSecrets(read, { TRIAD_TOKEN: reference }), {
    code: 'SECRET_MISSING',
    message: /TRIAD_TOKEN/,
  });
});

for (const wrong of [
  'gcp-secret:projects/shop/secrets/x/versions/1',
  'gcp-secret://projects/shop/secrets/x',
  'gcp-secret://projects/shop/secrets/x/versions/',
  'gcp-secret://projects/shop/secrets/x/versions/0',
  'gcp-secret://projects/shop/secrets/x/versions/1/',
  'gcp-secret://projects/shop/secrets/x/versions/1 ',
  ' gcp-secret://projects/shop/secrets/x/versions/1',
  'gcp-secret://projects/shop/secrets/../versions/1',
  'gcp-secret://projects/shop/secrets/x%2Fy/versions/1',
  'gcp-secret://projects/SHOP/secrets/x/versions/1',
  'gcp-secret://projects/shop/locations/eu/secrets/x/versions/1',
]) {
  test(`"${wrong}" is no reference that can be read`, async () => {
    const { read, asked } = readerOf({});
    await assert.rejects(resolveSecrets({ TRIAD_TOKEN: wrong }, read), {
      code: 'CONFIG_INVALID',
      message:
        'Configuration TRIAD_TOKEN: expected gcp-secret://projects/<project>/secrets/<name>/versions/<version>',
    });
    assert.deepEqual(asked, []);
  });
}

test('a variable that is no secret may not refer to one, and nothing is read', async () => {
  const { read, asked } = readerOf({ [version]: 'x' });
  const env = { TRIAD_TOKEN: reference, TRIAD_HOME: reference };
  await assert.rejects(resolveSecrets(env, read), {
    code: 'CONFIG_INVALID',
    message: /^Configuration TRIAD_HOME: .*TRIAD_DATABASE_URL/,
  });
  assert.deepEqual(asked, []);
});

test('who cannot read secrets refuses references: taken as they stand, they could be guessed', () => {
  for (const variable of secretVariables) {
    assert.throws(() => loadConfig({ [variable]: reference }), {
      code: 'CONFIG_INVALID',
      message: `Configuration ${variable}: expected the value itself: only services read secrets`,
    });
  }
});
