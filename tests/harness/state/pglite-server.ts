import { PGlite } from '@electric-sql/pglite';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';
import { availablePort } from '../available-port.ts';

const QUERY = 'Q'.charCodeAt(0);
const SYNC = 'S'.charCodeAt(0);

/**
 * A Postgres in this process that real drivers connect to. It has one backend: of many connections
 * one is served at a time, and one in a transaction until the transaction ends.
 */
export class PgliteServer {
  readonly url: string;
  readonly #database: PGlite;
  readonly #server: PGLiteSocketServer;

  private constructor(database: PGlite, server: PGLiteSocketServer, port: number) {
    this.#database = database;
    this.#server = server;
    this.url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  }

  /** @param chosenPort any free one by default */
  static async start(chosenPort?: number): Promise<PgliteServer> {
    const database = await PGlite.create();
    const port = chosenPort ?? (await availablePort());
    const server = new PGLiteSocketServer({
      db: keepQueriesWhole(database),
      port,
      maxConnections: 100,
    });
    await server.start();
    return new PgliteServer(database, server, port);
  }

  /** Removes what was stored. The schema stays: to make it anew takes ten times as long. */
  async clear(): Promise<void> {
    const { rows } = await this.#database.query<{ tablename: string }>(
      `select tablename from pg_tables where schemaname = 'public' and tablename not like 'kysely_%'`,
    );
    const tables = rows.map(({ tablename }) => tablename).filter((name) => name !== 'revisions');
    if (tables.length === 0) return;
    await this.#database.exec(`truncate ${tables.join(', ')}; update revisions set revision = 0`);
  }

  async stop(): Promise<void> {
    await this.#server.stop();
    await this.#database.close();
  }
}

/**
 * A query with parameters is several messages. The server changes between connections after any
 * message outside of a transaction; within a query it must not, so it is told of one.
 */
function keepQueriesWhole(database: PGlite): PGlite {
  let isWithinQuery = false;
  return new Proxy(database, {
    get(target, name) {
      if (name === 'isInTransaction') return () => isWithinQuery || target.isInTransaction();
      if (name === 'execProtocolRawStream') {
        return (...[message, options]: Parameters<PGlite['execProtocolRawStream']>) => {
          // The message that opens a connection has a length, below 2^24, in place of a type.
          isWithinQuery = message[0] !== 0 && message[0] !== QUERY && message[0] !== SYNC;
          return target.execProtocolRawStream(message, options);
        };
      }
      if (name === 'exec') isWithinQuery = false;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
