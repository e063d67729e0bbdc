import assert from 'node:assert/strict';
import { join } from 'node:path';
import { beforeEach, test } from 'node:test';
import { googleIdentityToken } from '@triad/shared/access/google-identity-token.ts';
import { MetadataServer } from '../../harness/access/metadata-server.ts';
import { withoutPauses } from '../../harness/access/without-pauses.ts';
import { temporaryDirectory } from '../../harness/temporary-directory.ts';

const audience = 'https://invoker.example';
const token = 'e30.eyJleHAiOjF9.c2ln';
const server = MetadataServer.use();
beforeEach(() => {
  server.asked.length = 0;
  server.status = 200;
  process.env.METADATA_SERVER_DETECTION = 'assume-present';
  delete process.env.GOOGLE_APPLICATION_CREDENTIALS;
});

test('a token is of the metadata server, for its audience', async () => {
  assert.equal(await googleIdentityToken()(audience), token);
  assert.deepEqual(server.asked, [
    {
      path: `/computeMetadata/v1/instance/service-accounts/default/identity?format=full&audience=${audience}`,
      flavor: 'Google',
    },
  ]);
});

test('a machine without a service account has no identity', async () => {
  server.status = 404;
  await assert.rejects(googleIdentityToken()(audience), {
    code: 'IDENTITY_MISSING',
    message: /for https:\/\/invoker\.example with: the identity service answered 404/,
  });
});

test('a metadata server that fails is asked again, and then an error that passes', async (context) => {
  server.status = 503;
  const asking = withoutPauses(context, () => googleIdentityToken()(audience));
  await assert.rejects(asking, {
    code: 'IDENTITY_UNAVAILABLE',
    retryable: true,
    message: /answered 503/,
  });
  assert.ok(server.asked.length > 1);
});

test('without credentials of any kind there is no identity', async () => {
  process.env.METADATA_SERVER_DETECTION = 'none';
  await assert.rejects(googleIdentityToken()(audience), {
    code: 'IDENTITY_MISSING',
    message: /default credentials/,
    retryable: false,
  });
});

test('credentials in a file that is not there are no identity', async () => {
  process.env.GOOGLE_APPLICATION_CREDENTIALS = join(await temporaryDirectory(), 'none.json');
  await assert.rejects(googleIdentityToken()(audience), { code: 'IDENTITY_MISSING' });
  assert.deepEqual(server.asked, []);
});
