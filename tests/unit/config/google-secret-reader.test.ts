import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { loadConfigWithSecrets } from '@triad/shared/config/config.ts';
import { googleSecretReader } from '@triad/shared/config/google-secret-reader.ts';
import { scriptWithoutCredentials } from '../../harness/access/script-without-credentials.ts';
import { SecretManagerServer } from '../../harness/access/secret-manager-server.ts';
import { withoutPauses } from '../../harness/access/without-pauses.ts';

const name = 'projects/shop/secrets/service-token/versions/3';
const variable = 'TRIAD_SERVICE_TOKEN';
let server: SecretManagerServer;
before(async () => {
  server = await SecretManagerServer.start();
});
const reader = (attempts = 1) => googleSecretReader({ endpoint: server.url, attempts });

test('a secret is read as text, by the name of its version', async () => {
  server.answers.set(name, { value: 'sësam 雪' });
  assert.equal(await reader()(name, variable), 'sësam 雪');
  assert.equal(server.asked.at(-1), name);
});

test('configuration is loaded with it', async () => {
  server.answers.set(name, { value: `${'x'.repeat(40)}\n` });
  const config = await loadConfigWithSecrets(reader(), { [variable]: `gcp-secret://${name}` });
  assert.equal(config.serviceToken, 'x'.repeat(40));
});

const failures: [string, { httpStatus: number; status: string }, string, boolean][] = [
  [
    'a version that is not there',
    { httpStatus: 404, status: 'NOT_FOUND' },
    'SECRET_MISSING',
    false,
  ],
  [
    'a version that is disabled or destroyed',
    { httpStatus: 400, status: 'FAILED_PRECONDITION' },
    'SECRET_MISSING',
    false,
  ],
  [
    'a permission that is missing',
    { httpStatus: 403, status: 'PERMISSION_DENIED' },
    'SECRET_ACCESS_DENIED',
    false,
  ],
  [
    'credentials that are refused',
    { httpStatus: 401, status: 'UNAUTHENTICATED' },
    'SECRET_ACCESS_DENIED',
    false,
  ],
  ['an outage', { httpStatus: 503, status: 'UNAVAILABLE' }, 'SECRET_UNREACHABLE', true],
  ['a quota', { httpStatus: 429, status: 'RESOURCE_EXHAUSTED' }, 'SECRET_UNREACHABLE', true],
  ['a failure of theirs', { httpStatus: 500, status: 'INTERNAL' }, 'SECRET_UNREACHABLE', true],
];
for (const [what, answer, code, retryable] of failures) {
  test(`${what} is ${code}, which names the variable`, async () => {
    server.answers.set(name, answer);
    await assert.rejects(reader()(name, variable), (error: Error) => {
      assert.deepEqual(
        [Reflect.get(error, 'code'), Reflect.get(error, 'retryable')],
        [code, retryable],
      );
      assert.match(error.message, new RegExp(variable));
      assert.ok(!error.message.includes('shop'));
      return true;
    });
  });
}

test('a server that nobody can reach is SECRET_UNREACHABLE', async () => {
  const read = googleSecretReader({ endpoint: 'http://127.0.0.1:1', attempts: 1 });
  await assert.rejects(read(name, variable), { code: 'SECRET_UNREACHABLE' });
});

test('an outage that ends while it is asked again is not noticed', async (context) => {
  const before = server.asked.length;
  server.answers.set(name, { httpStatus: 503, status: 'UNAVAILABLE' });
  const reading = withoutPauses(context, async () => {
    const read = reader(3)(name, variable);
    while (server.asked.length === before) await new Promise((resolve) => setImmediate(resolve));
    server.answers.set(name, { value: 'x' });
    return read;
  });
  assert.equal(await reading, 'x');
  assert.equal(server.asked.length, before + 2);
});

test('an outage that does not end is asked about three times', async (context) => {
  const before = server.asked.length;
  server.answers.set(name, { httpStatus: 503, status: 'UNAVAILABLE' });
  const reading = withoutPauses(context, () =>
    googleSecretReader({ endpoint: server.url })(name, variable),
  );
  await assert.rejects(reading, { code: 'SECRET_UNREACHABLE' });
  assert.equal(server.asked.length, before + 3);
});

test('without credentials it is SECRET_ACCESS_DENIED, and nothing is left behind that ends the process', async () => {
  const script = `
    import { googleSecretReader } from '@triad/shared/config/google-secret-reader.ts';
    await googleSecretReader()('${name}', '${variable}').catch(({ code }) => console.log(code));`;
  const printed = await scriptWithoutCredentials(script, { GOOGLE_CLOUD_PROJECT: 'shop' });
  assert.deepEqual(printed, ['SECRET_ACCESS_DENIED', 'alive']);
});
