import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { OidcVerifier } from '@triad/shared/access/oidc/oidc-verifier.ts';
import { systemClock } from '@triad/shared/clock/clock.ts';
import { parseAccountRoles } from '@triad/shared/config/account-roles.ts';
import { topic } from '@triad/shared/contracts/topics.ts';
import { openPubsub } from '@triad/shared/messenger/pubsub-client.ts';
import { environmentOf, readCompose } from '../../docker/check/compose-file.ts';
import { delivery } from '../../docker/emulators/messaging.ts';
import { serve } from '../harness/access/http-stub.ts';
import { availablePort } from '../harness/available-port.ts';
import { startPstest } from '../harness/emulators/pstest.ts';
import { startCloudStorage } from '../harness/external/cloud-storage.ts';
import { startComposeService } from '../harness/google-cloud/compose-process.ts';
import { recordingLogger } from '../harness/recording-logger.ts';
import { temporaryDirectory } from '../harness/temporary-directory.ts';
import { until } from '../harness/until.ts';

const { services } = readCompose(
  resolve(import.meta.dirname, '../../docker/compose.emulators.yml'),
  { TRIAD_REVISION: 'checkout' },
);

/** As much of a service as is pushed to: it checks tokens and answers `status`. */
async function startReceiver(settings: Record<string, string>, jwksUrl: string, status: number) {
  const requests: { path: string; by: string }[] = [];
  const url = await serve(async (request, response) => {
    const [, token = ''] = (request.headers.authorization ?? '').split(' ');
    const by = await verifier.verify(token).then(
      ({ id }) => id,
      (error: unknown) => String(error),
    );
    requests.push({ path: request.url ?? '', by });
    request.resume().on('end', () => response.writeHead(status).end());
  });
  const accounts = parseAccountRoles('TRIAD_OIDC_ACCOUNTS', settings.TRIAD_OIDC_ACCOUNTS ?? '');
  const { log } = recordingLogger();
  const verifier = new OidcVerifier({
    audiences: [url],
    ...{ accounts, jwksUrl, clock: systemClock, log },
  });
  return { url, requests };
}

test('prepare and identity of the compose file: pushes show tokens, those of dead letters too', async () => {
  const { prepare, identity } = services;
  assert.ok(prepare && identity);
  const settings = environmentOf(identity);
  const port = await availablePort();
  const [pstest, storage, directory] = await Promise.all([
    startPstest(),
    startCloudStorage(),
    temporaryDirectory(),
  ]);
  const keysUrl = `http://127.0.0.1:${port}/certs`;
  const invoker = await startReceiver(settings, keysUrl, 500);
  const orchestrator = await startReceiver(settings, keysUrl, 204);
  const options = {
    addresses: new Map([
      ['pubsub:8085', pstest.endpoint],
      ['storage:4443', new URL(storage.url).host],
      ['http://invoker:4181', invoker.url],
      ['http://orchestrator:4180', orchestrator.url],
    ]),
    words: new Map([
      ['0.0.0.0', '127.0.0.1'],
      ['8094', String(port)],
    ]),
    environment: { PATH: process.env.PATH },
    directory,
  };
  for (const time of ['first', 'second']) {
    const prepared = await startComposeService('prepare', prepare, options);
    assert.equal(await prepared.exited, 0, `the ${time} time`);
  }
  await (await startComposeService('identity', identity, options)).ready;

  const { TRIAD_GCP_PROJECT: project = '', TRIAD_NAMESPACE: namespace } = settings;
  const pubsub = await openPubsub({ project, endpoint: pstest.endpoint });
  const data = Buffer.from('{}');
  await pubsub.topic(`${namespace}-${topic.commands}`).publishMessage({ data });
  const first = await until('a dead letter', async () => orchestrator.requests[0]);
  await pubsub.close();

  const by = 'triad@triad-local.iam.gserviceaccount.com';
  assert.deepEqual(first, { path: '/pubsub/dead-letters', by });
  assert.equal(invoker.requests.length, delivery.attempts);
  assert.deepEqual(invoker.requests[0], { path: '/pubsub/push', by });
  const bucket = await fetch(`${storage.url}/storage/v1/b/${settings.TRIAD_BUCKET}`);
  assert.equal(bucket.status, 200);
});

test('people and services get the tokens that the file names', async () => {
  const { identity } = services;
  assert.ok(identity);
  const settings = environmentOf(identity);
  const port = await availablePort();
  const { ready } = await startComposeService('identity', identity, {
    // Nothing to pull from is no reason to give no tokens.
    addresses: new Map([['pubsub:8085', `127.0.0.1:${await availablePort()}`]]),
    words: new Map([
      ['0.0.0.0', '127.0.0.1'],
      ['8094', String(port)],
    ]),
    environment: { PATH: process.env.PATH },
    directory: await temporaryDirectory(),
  });
  await ready;
  const url = `http://127.0.0.1:${port}`;
  const verifier = new OidcVerifier({
    audiences: [settings.TRIAD_ORCHESTRATOR_URL ?? ''],
    accounts: parseAccountRoles('TRIAD_OIDC_ACCOUNTS', settings.TRIAD_OIDC_ACCOUNTS ?? ''),
    jwksUrl: `${url}/certs`,
    clock: systemClock,
    log: recordingLogger().log,
  });
  const verified = async (path: string) => verifier.verify(await (await fetch(url + path)).text());
  assert.ok((await verified('/token?email=ada@shop.example')).roles.includes('admin'));
  const service = '/computeMetadata/v1/instance/service-accounts/default/identity?audience=';
  const audience = settings.TRIAD_ORCHESTRATOR_URL;
  assert.deepEqual((await verified(`${service}${audience}&format=full`)).roles, ['service']);
  await assert.rejects(verified(`${service}http://invoker:4181`), { code: 'UNAUTHENTICATED' });
  await assert.rejects(verified('/token?email=eve@shop.example'), { code: 'UNAUTHENTICATED' });
  assert.equal((await fetch(`${url}/token`)).status, 400);
});
