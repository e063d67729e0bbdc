import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { type Clock, sleep } from '../clock/clock.ts';
import { TriadError } from '../errors/triad-error.ts';
import { codedError, reasonOf } from './duckdb-error.ts';
import { catalog, type DuckDbOptions } from './duckdb-options.ts';
import { quoteDataset, quoteText } from './duckdb-quote.ts';
import { type Engine, startEngine } from './duckdb-start.ts';
import { DuckDbWarehouse } from './duckdb-warehouse.ts';
import type { OpenOptions } from './warehouse.ts';

const retryMs = 50;
/** What Node itself needs beside DuckDB, in MiB. */
const nodeMiB = 256;

/**
 * Opens a DuckDB file as a warehouse. `warmUp` does ahead what needs no file: it starts the engine
 * in memory and defines the dialect, so that opening is attaching.
 */
export function duckDbOpener(options: DuckDbOptions): {
  open(request: OpenOptions): Promise<DuckDbWarehouse>;
  warmUp(): Promise<void>;
} {
  const { dialect, start = startEngine } = options;
  let started: Promise<Engine> | undefined;
  return {
    async warmUp() {
      started ??= start(dialect);
      await started;
    },
    async open(request) {
      const engine = await (started ?? start(dialect));
      started = undefined;
      try {
        await configure(engine.connection, options, request);
        await attach(engine.connection, options, request);
        await enter(engine.connection, options, request);
      } catch (error) {
        engine.stop(false);
        throw error;
      }
      const release = interruptWhenAborted(engine.connection, options.clock, request.signal);
      return new DuckDbWarehouse(engine.connection, options, (detached) => {
        release();
        engine.stop(detached && request.write);
      });
    },
  };
}

/** An interrupt before a query has begun is lost, so that it is repeated until the release. */
function interruptWhenAborted(
  connection: DuckDBConnection,
  clock: Clock,
  signal: AbortSignal | undefined,
): () => void {
  let cancelTimer = () => {};
  const interrupt = () => {
    connection.interrupt();
    cancelTimer = clock.setTimer(retryMs, interrupt);
  };
  if (signal?.aborted) interrupt();
  signal?.addEventListener('abort', interrupt, { once: true });
  return () => {
    signal?.removeEventListener('abort', interrupt);
    cancelTimer();
  };
}

async function configure(
  connection: DuckDBConnection,
  { path }: DuckDbOptions,
  { memoryMiB }: OpenOptions,
): Promise<void> {
  await connection.run(`SET temp_directory = ${quoteText(`${path}.tmp`)}`);
  if (memoryMiB === undefined) return;
  const limit = Math.max(128, Math.floor((memoryMiB - nodeMiB) * 0.8));
  await connection.run(`SET memory_limit = '${limit}MiB'`);
}

async function attach(
  connection: DuckDBConnection,
  { path, waitSeconds, clock }: DuckDbOptions,
  { write, signal }: OpenOptions,
): Promise<void> {
  if (!write && !existsSync(path)) throw new TriadError('WAREHOUSE_MISSING', { path });
  if (write) await mkdir(dirname(path), { recursive: true });
  const statement = `ATTACH ${quoteText(path)} AS ${catalog}${write ? '' : ' (READ_ONLY)'}`;
  const deadline = clock.now().getTime() + waitSeconds * 1000;
  for (;;) {
    try {
      await connection.run(statement);
      return;
    } catch (error) {
      if (!isHeldElsewhere(error)) throw codedError(error, path, 'WAREHOUSE_CORRUPT', { path });
      if (signal?.aborted || clock.now().getTime() >= deadline) {
        throw new TriadError('WAREHOUSE_BUSY', { path }, { cause: error });
      }
    }
    await sleep(clock, retryMs, signal);
  }
}

/** DuckDB's errors carry no code, so that its words are all there is to tell this one by. */
const isHeldElsewhere = (error: unknown) => reasonOf(error).includes('Could not set lock on file');

/** Makes the default dataset and looks tables up in it; a reader can reach no other file then. */
async function enter(
  connection: DuckDBConnection,
  { path, defaultDataset }: DuckDbOptions,
  { write }: OpenOptions,
): Promise<void> {
  const dataset = quoteDataset(defaultDataset);
  try {
    await connection.run(`USE ${catalog}`);
    if (write) await connection.run(`CREATE SCHEMA IF NOT EXISTS ${dataset}`);
    if (write || (await hasSchema(connection, defaultDataset))) {
      await connection.run(`USE ${catalog}.${dataset}`);
    }
    if (write) return;
    await connection.run('SET enable_external_access = false; SET lock_configuration = true');
  } catch (error) {
    throw codedError(error, path, 'WAREHOUSE_CORRUPT', { path });
  }
}

async function hasSchema(connection: DuckDBConnection, schema: string): Promise<boolean> {
  const result = await connection.runAndReadAll(
    `SELECT 1 FROM duckdb_schemas() WHERE database_name = '${catalog}' AND schema_name = $schema`,
    { schema },
  );
  return result.currentRowCount > 0;
}
