import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { googleIdentityToken } from '@triad/shared/access/google-identity-token.ts';
import { serve } from '../../harness/access/http-stub.ts';
import { withoutPauses } from '../../harness/access/without-pauses.ts';
import { temporaryDirectory } from '../../harness/temporary-directory.ts';

/*
 * The library on a server that answers as the metadata server of Google Cloud does:
 * https://cloud.google.com/docs/authentication/get-id-token#metadata-server
 */

const audience = 'https://invoker.example';
const token = 'e30.eyJleHAiOjF9.c2ln';
const asked: { path: string; flavor: string | undefined }[] = [];
let status = 200;
let url: string;
const environment = { ...process.env };

before(async () => {
  url = await serve((request, response) => {
    asked.push({ path: request.url ?? '', flavor: String(request.headers['metadata-flavor']) });
    response.setHeader('metadata-flavor', 'Google');
    const isToken = request.url?.includes('/identity');
    response.writeHead(isToken ? status : 404).end(isToken && status === 200 ? token : 'no');
  });
});
beforeEach(async () => {
  asked.length = 0;
  status = 200;
  Object.assign(process.env, {
    GCE_METADATA_HOST: new URL(url).host,
    METADATA_SERVER_DETECTION: 'assume-present',
    GOOGLE_CLOUD_PROJECT: 'shop',
    CLOUDSDK_CONFIG: await temporaryDirectory(),
  });
  delete process.env.GOOGLE_APPLICATION_CREDENTIALS;
});
after(() => {
  process.env = environment;
});

test('a token is of the metadata server, for its audience', async () => {
  assert.equal(await googleIdentityToken()(audience), token);
  assert.deepEqual(asked, [
    {
      path: `/computeMetadata/v1/instance/service-accounts/default/identity?format=full&audience=${audience}`,
      flavor: 'Google',
    },
  ]);
});

test('a machine without a service account has no identity', async () => {
  status = 404;
  await assert.rejects(googleIdentityToken()(audience), {
    code: 'IDENTITY_MISSING',
    message: /for https:\/\/invoker\.example with: the identity service answered 404/,
  });
});

test('a metadata server that fails is asked again, and then an error that passes', async (context) => {
  status = 503;
  const asking = withoutPauses(context, () => googleIdentityToken()(audience));
  await assert.rejects(asking, {
    code: 'IDENTITY_UNAVAILABLE',
    retryable: true,
    message: /answered 503/,
  });
  assert.ok(asked.length > 1);
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
  assert.deepEqual(asked, []);
});
