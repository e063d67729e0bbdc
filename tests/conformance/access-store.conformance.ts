import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import type { AuditEntry } from '@triad/shared/contracts/access.ts';
import type { AccessStore, StoredToken } from '@triad/shared/state/access-store.ts';

const at = (second: number) => new Date(Date.UTC(2024, 0, 1, 0, 0, second));

const tokenOf = (id: string, more: Partial<StoredToken> = {}): StoredToken => ({
  id,
  name: 'ada',
  role: 'operator',
  hash: 'f'.repeat(64),
  createdAt: at(0),
  createdBy: 'local',
  expiresAt: null,
  revokedAt: null,
  lastUsedAt: null,
  ...more,
});

const entryOf = (id: string, more: Partial<AuditEntry> = {}): AuditEntry => ({
  id,
  at: at(1).toISOString(),
  actor: 'ada',
  action: 'POST /v1/runs',
  target: '/v1/runs',
  outcome: 'done',
  details: { pipeline: 'rfm', nested: { list: [1, null] } },
  ...more,
});

/** What every access store must do. */
export function accessStoreConformance(name: string, open: () => Promise<AccessStore>): void {
  describe(`access store: ${name}`, () => {
    let store: AccessStore;
    beforeEach(async () => {
      store = await open();
    });

    test('a token comes back as it was stored', async () => {
      const token = tokenOf('t1', { expiresAt: at(9), revokedAt: at(8), lastUsedAt: at(7) });
      await store.addToken(token);
      assert.deepEqual(await store.getToken('t1'), token);
      assert.equal(await store.getToken('t2'), undefined);
    });

    test('a second token of one id is refused', async () => {
      await store.addToken(tokenOf('t1'));
      await assert.rejects(store.addToken(tokenOf('t1', { role: 'admin' })));
      assert.equal((await store.getToken('t1'))?.role, 'operator');
    });

    test('tokens are listed newest first', async () => {
      for (const id of ['t1', 't3', 't2']) await store.addToken(tokenOf(id));
      assert.deepEqual(
        (await store.listTokens()).map(({ id }) => id),
        ['t3', 't2', 't1'],
      );
    });

    test('the time of the first revocation stays', async () => {
      await store.addToken(tokenOf('t1'));
      assert.equal(await store.revokeToken('t1', at(5)), true);
      assert.equal(await store.revokeToken('t1', at(6)), true);
      assert.deepEqual((await store.getToken('t1'))?.revokedAt, at(5));
      assert.equal(await store.revokeToken('none', at(5)), false);
    });

    test('the last use is noted, of that token alone', async () => {
      for (const id of ['t1', 't2']) await store.addToken(tokenOf(id));
      await store.noteUse('t1', at(3));
      await store.noteUse('t1', at(4));
      assert.deepEqual(
        (await store.listTokens()).map(({ lastUsedAt }) => lastUsedAt),
        [null, at(4)],
      );
    });

    test('audit entries are listed newest first, by actor, outcome and page', async () => {
      await store.addAudit(entryOf('a1'));
      await store.addAudit(entryOf('a2', { actor: 'eve', outcome: 'refused' }));
      await store.addAudit(entryOf('a3', { actor: 'eve' }));
      const ids = async (
        filter: Omit<Parameters<AccessStore['listAudit']>[0], 'limit'>,
        limit = 9,
      ) => (await store.listAudit({ ...filter, limit })).map(({ id }) => id);
      assert.deepEqual(await ids({}), ['a3', 'a2', 'a1']);
      assert.deepEqual(await ids({}, 2), ['a3', 'a2']);
      assert.deepEqual(await ids({ before: 'a2' }), ['a1']);
      assert.deepEqual(await ids({ actor: 'eve' }), ['a3', 'a2']);
      assert.deepEqual(await ids({ actor: 'eve', outcome: 'refused' }), ['a2']);
      assert.deepEqual((await store.listAudit({ limit: 9 })).at(-1), entryOf('a1'));
    });
  });
}
