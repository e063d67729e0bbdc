import { parseArgs } from 'node:util';
import { IdentityTokens } from '@triad/shared/access/identity-tokens.ts';
import { systemClock } from '@triad/shared/clock/clock.ts';
import { loadConfig } from '@triad/shared/config/config.ts';
import { httpRequest } from '@triad/shared/http/http-request.ts';
import { createLogger } from '@triad/shared/log/logger.ts';
import { PubsubPull } from '@triad/shared/messenger/pubsub-pull.ts';
import { httpPush } from '@triad/shared/messenger/push.ts';
import { subscriptions } from '../../../docker/emulators/messaging.ts';
import { IdentityServer } from './identity-server.ts';

/*
 * node tests/emulators/identity/main.ts --port 8094 [--host 0.0.0.0]
 *
 * What Google adds to Pub/Sub's emulator so that services which check tokens can be pushed to: an issuer
 * of identity tokens with the metadata server (identity-server.ts), and the pushes of the subscriptions
 * that docker/emulators/prepare.ts makes, unless the services pull. Reads the variables of the profile gcp; the account of the
 * services is the one that TRIAD_OIDC_ACCOUNTS has as `service`.
 */

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '8094' },
    host: { type: 'string', default: '127.0.0.1' },
  },
});

const config = loadConfig();
const { googleCloud } = config;
if (!googleCloud) throw new Error('it is for the profile gcp');
const accounts = [...googleCloud.oidc.accounts];
const [serviceAccount] = accounts.find(([, role]) => role === 'service') ?? [];
if (serviceAccount === undefined) throw new Error('TRIAD_OIDC_ACCOUNTS has no service');

const log = createLogger('push', config.logLevel);
const identity = await IdentityServer.start({
  clock: systemClock,
  serviceAccount,
  audience: new URL(config.orchestrator.url).origin,
  host: values.host,
  port: Number(values.port),
});
const token = new IdentityTokens({
  clock: systemClock,
  fetchToken: (audience) => identity.serviceToken(audience),
});
const pushed = googleCloud.delivery === 'push' ? subscriptions : [];
const pulls = pushed.map(({ name, receiver, path }) => {
  const endpoint = `${config[receiver].url}${path}`;
  return new PubsubPull({
    project: googleCloud.project,
    endpoint: googleCloud.endpoints.pubsub,
    subscription: `${googleCloud.namespace}-${name}`,
    push: httpPush({ endpoint, request: httpRequest, token }),
    clock: systemClock,
    random: Math.random,
    log,
  });
});
for (const pull of pulls) pull.start();

process.stdout.write(`Issuer of tokens and metadata server at ${identity.url}\n`);
for (const [email, role] of accounts.filter(([, role]) => role !== 'service')) {
  process.stdout.write(`A token of the ${role}: ${identity.url}/token?email=${email}\n`);
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    void Promise.all([identity.close(), ...pulls.map((pull) => pull.close())]).then(() =>
      process.exit(0),
    );
  });
}
