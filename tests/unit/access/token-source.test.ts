import assert from 'node:assert/strict';
import { before, beforeEach, test } from 'node:test';
import { IdentityTokens } from '@triad/shared/access/identity-tokens.ts';
import { oidcOr } from '@triad/shared/access/oidc/oidc-or.ts';
import type { Token, TokenSource } from '@triad/shared/access/token-source.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import { askService } from '@triad/shared/http/ask-service.ts';
import { httpRequest } from '@triad/shared/http/http-request.ts';
import { HttpMessenger } from '@triad/shared/messenger/http-messenger.ts';
import { httpPush } from '@triad/shared/messenger/push.ts';
import { createInvoker } from '../../../invoker/invoker.ts';
import { HttpJobLogs } from '../../../orchestrator/logs/http-job-logs.ts';
import { HttpWorkload } from '../../../orchestrator/reconcile/http-workload.ts';
import { serve } from '../../harness/access/http-stub.ts';
import { setUpOidc } from '../../harness/access/oidc-setup.ts';
import { commandWith, pushOfCommand, setUpInvoker } from '../../harness/invoker/invoker-setup.ts';

let seen: (string | undefined)[];
let url: string;
before(async () => {
  url = await serve((request, response) => {
    seen.push(request.headers.authorization);
    response.writeHead(204).end();
  });
});
beforeEach(() => {
  seen = [];
});

const envelope = { message: { messageId: 'm', data: '', attributes: {} }, subscription: 's' };
const signal = AbortSignal.timeout(10_000);

/** Every way in which one service asks another. */
const callers: Record<string, (token: Token | undefined) => Promise<unknown>> = {
  askService: (token) => askService({ service: 'invoker', url, token }),
  httpPush: (token) => httpPush({ endpoint: url, request: httpRequest, token })(envelope, signal),
  HttpMessenger: (token) => new HttpMessenger({ url, token }).check(),
  HttpWorkload: (token) => new HttpWorkload(url, token).check(),
  HttpJobLogs: (token) => new HttpJobLogs(url, token).textOf('r:s:1'),
};

for (const [name, call] of Object.entries(callers)) {
  test(`${name} shows a secret as it is, a new token at each request, or nothing`, async () => {
    let given = 0;
    const source: TokenSource = {
      async tokenFor(receiver) {
        assert.ok(receiver.startsWith(url));
        given += 1;
        return `token-${given}`;
      },
    };
    await call('secret');
    await call(undefined);
    await call(source);
    await call(source);
    assert.deepEqual(seen, ['Bearer secret', undefined, 'Bearer token-1', 'Bearer token-2']);
  });

  test(`${name} without a token makes no request`, async () => {
    const source: TokenSource = {
      async tokenFor() {
        throw new TriadError('IDENTITY_MISSING', { audience: url, reason: 'none' });
      },
    };
    await assert.rejects(call(source), { code: 'IDENTITY_MISSING' });
    assert.deepEqual(seen, []);
  });
}

test('one service pushes to another that knows it by its identity, and to no other', async () => {
  const { clock, issuer, options } = await setUpOidc();
  const tokens = new IdentityTokens({ clock, fetchToken: (aud) => issuer.token({ aud }) });
  const setup = await setUpInvoker();
  const invokerUrl = async () => {
    const audiences: string[] = [];
    const { app } = createInvoker({
      ...setup,
      ids: { next: () => 'i1' },
      log: options.log,
      codeRevision: 'rev',
      guard: { authenticate: await oidcOr({ ...options, audiences }) },
    });
    const own = await serve(app);
    audiences.push(own);
    return own;
  };
  const pushTo = (receiver: string, token: Token) =>
    httpPush({ endpoint: `${receiver}/pubsub/push`, request: httpRequest, token })(
      pushOfCommand(commandWith()),
      signal,
    );
  const [one, two] = await Promise.all([invokerUrl(), invokerUrl()]);
  await pushTo(one, tokens);
  assert.equal((await setup.jobs.list(10)).length, 1);
  await assert.rejects(pushTo(two, await tokens.tokenFor(one)), /HTTP 401/);
  await pushTo(two, tokens);
});
