import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TokenSource } from '@triad/shared/access/token-source.ts';
import { pushAccount } from '../harness/access/local-issuer.ts';
import { setUpOidc } from '../harness/access/oidc-setup.ts';

type Setup = Awaited<ReturnType<typeof setUpOidc>>;

const url = 'https://invoker.example/pubsub/push?x=1';
const other = 'https://orchestrator.example/v1/runs';

/** What every source of tokens must do, on a local issuer. */
export function tokenSourceConformance(name: string, open: (setup: Setup) => TokenSource): void {
  describe(`token source: ${name}`, () => {
    const setUp = async () => {
      const setup = await setUpOidc();
      const source = open(setup);
      const accepts = async (receiver: string, token: string) => {
        const audiences = [new URL(receiver).origin];
        return (await setup.verifier({ audiences }).verify(token)).id === pushAccount;
      };
      return { ...setup, source, accepts };
    };

    test('the receiver takes a token that is for it, on any of its paths', async () => {
      const { source, accepts } = await setUp();
      assert.ok(await accepts(url, await source.tokenFor(url)));
      assert.ok(await accepts(url, await source.tokenFor(`${new URL(url).origin}/jobs/x`)));
      assert.ok(await accepts(other, await source.tokenFor(other)));
    });

    test('no other receiver takes it', async () => {
      const { source, accepts } = await setUp();
      const refused = { code: 'UNAUTHENTICATED' };
      await assert.rejects(accepts(other, await source.tokenFor(url)), refused);
      await assert.rejects(accepts(url, await source.tokenFor(other)), refused);
      await assert.rejects(
        accepts(`${url.replace('.example', '.example:8443')}`, await source.tokenFor(url)),
        refused,
      );
    });

    test('all who ask at the same time are given one that is taken', async () => {
      const { source, accepts } = await setUp();
      const tokens = await Promise.all([url, other, url].map((own) => source.tokenFor(own)));
      const [one = '', two = '', three = ''] = tokens;
      assert.ok((await accepts(url, one)) && (await accepts(other, two)));
      assert.ok(await accepts(url, three));
    });

    test('at any time it gives one that is taken', async () => {
      const { clock, source, accepts } = await setUp();
      for (const minutes of [0, 20, 36, 3, 59, 61, 600]) {
        await clock.advance(minutes * 60_000);
        assert.ok(await accepts(url, await source.tokenFor(url)), `after ${minutes} minutes`);
      }
    });
  });
}
