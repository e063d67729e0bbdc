import assert from 'node:assert/strict';
import { after, afterEach, test } from 'node:test';
import { loadConfig } from '@triad/shared/config/config.ts';
import { openPostgres } from '@triad/shared/state/postgres-database.ts';
import { sql } from 'kysely';
import { DebianPostgres } from '../../harness/state/debian-postgres.ts';

const instance = 'shop:europe-west1:triad-dev';
const cluster = await DebianPostgres.start();
const folder = cluster.cloudSqlSocket(instance);
after(() => cluster.stop());

const name = new URL(await cluster.newDatabase()).pathname.slice(1);
const { PGDATABASE: before } = process.env;
afterEach(() => {
  if (before === undefined) delete process.env.PGDATABASE;
  else process.env.PGDATABASE = before;
});

/** As docs/google-cloud.md writes the secret of the database's address. */
function addressOf({ password = 'secret', socket = folder } = {}): string {
  const address = `postgres://triad:${password}@localhost/?host=${socket}`;
  const { databaseUrl } = loadConfig({ TRIAD_DATABASE_URL: address });
  assert.ok(databaseUrl);
  return databaseUrl;
}

test('a database is opened by the socket of its instance, by the name in PGDATABASE', async () => {
  process.env.PGDATABASE = name;
  const db = await openPostgres({ url: addressOf() });
  try {
    const asked = sql<{
      name: string;
      address: string | null;
    }>`select current_database() as name, inet_server_addr() as address`;
    // Of a connection by socket the server knows no address.
    assert.deepEqual((await asked.execute(db)).rows, [{ name, address: null }]);
    assert.deepEqual(await db.selectFrom('runs').select('run_id').execute(), []);
  } finally {
    await db.destroy();
  }
});

const failures = [
  {
    what: 'an instance that has no socket',
    address: { socket: folder.replace('triad-dev', 'triad-gone') },
    code: 'STATE_UNREACHABLE',
    says: /triad-gone does not answer: connect ENOENT/,
  },
  {
    what: 'a wrong password',
    address: { password: 'guess' },
    code: 'STATE_ACCESS_DENIED',
    says: /shop:europe-west1:triad-dev refuses access: password authentication failed/,
  },
  {
    what: 'a database that is not there',
    address: {},
    database: 'nothing',
    code: 'STATE_ACCESS_DENIED',
    says: /shop:europe-west1:triad-dev refuses access: database "nothing" does not exist/,
  },
];
for (const { what, address, database = name, code, says } of failures) {
  test(`${what} is an error that names the instance`, async () => {
    process.env.PGDATABASE = database;
    const opening = openPostgres({ url: addressOf(address) });
    await assert.rejects(opening, (error: Error & { code?: string }) => {
      assert.equal(error.code, code);
      assert.match(error.message, says);
      assert.doesNotMatch(error.message, /localhost|secret|guess/);
      return true;
    });
  });
}
