import { execFileSync } from 'node:child_process';
import { chownSync, globSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openPostgres } from '@triad/shared/state/postgres-database.ts';
import { Client } from 'pg';
import { availablePort } from '../available-port.ts';
import { temporaryDirectory } from '../temporary-directory.ts';
import type { TestDatabase } from './databases.ts';

/** The unprivileged user that Debian's package makes; the server refuses to run as root. */
const SERVER_USER = 'postgres';

/** A private cluster of the newest Postgres that Debian's packages installed here. */
export class DebianPostgres {
  readonly url: string;
  readonly #bin: string;
  readonly #directory: string;
  #databases = 0;

  private constructor(bin: string, directory: string, port: number) {
    this.#bin = bin;
    this.#directory = directory;
    this.url = `postgres://triad:secret@127.0.0.1:${port}/postgres`;
  }

  static async start(): Promise<DebianPostgres> {
    const bin = globSync('/usr/lib/postgresql/*/bin').toSorted().at(-1);
    if (bin === undefined) throw new Error('no Postgres: apt-get install postgresql');
    const directory = await temporaryDirectory();
    const port = await availablePort();
    const cluster = new DebianPostgres(bin, directory, port);
    const password = join(directory, 'password');
    writeFileSync(password, 'secret');
    giveToServerUser(directory, password);
    const data = join(directory, 'data');
    cluster.#run('initdb', '-D', data, '-U', 'triad', '-A', 'scram-sha-256', '--pwfile', password);
    // Tests need no safety from power cuts.
    const options = `-p ${port} -c listen_addresses=127.0.0.1 -c fsync=off -c deadlock_timeout=50ms -k ${directory}`;
    cluster.#run('pg_ctl', '-D', data, '-w', '-l', join(directory, 'log'), '-o', options, 'start');
    return cluster;
  }

  /** The URL of a new, empty database. */
  async newDatabase(): Promise<string> {
    this.#databases += 1;
    const name = `test_${this.#databases}`;
    const client = new Client({ connectionString: this.url });
    await client.connect();
    await client.query(`create database ${name}`);
    await client.end();
    return this.url.replace(/postgres$/, name);
  }

  /**
   * A folder with the server's socket, as Cloud Run gives one to a service for each instance of Cloud
   * SQL: `<folder>/<project>:<region>:<instance>/.s.PGSQL.5432`.
   */
  cloudSqlSocket(instance: string): string {
    const folder = join(this.#directory, 'cloudsql', instance);
    mkdirSync(folder, { recursive: true });
    const { port } = new URL(this.url);
    symlinkSync(join(this.#directory, `.s.PGSQL.${port}`), join(folder, '.s.PGSQL.5432'));
    return folder;
  }

  /** Kills the server with all its connections, as when its machine fails, and starts it again. */
  crash(): void {
    this.#run('pg_ctl', '-D', join(this.#directory, 'data'), '-w', '-m', 'immediate', 'restart');
  }

  stop(): void {
    this.#run('pg_ctl', '-D', join(this.#directory, 'data'), '-m', 'immediate', 'stop');
  }

  #run(program: string, ...args: string[]): void {
    const command = [join(this.#bin, program), ...args];
    const [file = '', ...rest] = isRoot()
      ? ['runuser', '-u', SERVER_USER, '--', ...command]
      : command;
    execFileSync(file, rest, { stdio: ['ignore', 'ignore', 'inherit'], cwd: this.#directory });
  }
}

const isRoot = () => process.getuid?.() === 0;

function giveToServerUser(...paths: string[]): void {
  if (!isRoot()) return;
  const [uid, gid] = ['-u', '-g'].map((flag) =>
    Number(execFileSync('id', [flag, SERVER_USER], { encoding: 'utf8' })),
  );
  for (const path of paths) chownSync(path, uid ?? 0, gid ?? 0);
}

/** The cluster as a database that suites run on: each test gets one of its own. */
export const debianDatabase = (cluster: () => DebianPostgres): TestDatabase => ({
  name: 'postgres',
  async open() {
    const url = await cluster().newDatabase();
    return { db: await openPostgres({ url }), reopen: () => openPostgres({ url }) };
  },
});
