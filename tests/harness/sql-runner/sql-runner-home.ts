import { copyFile, mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { DirectoryArtifactStore } from '@triad/shared/artifacts/directory-artifact-store.ts';
import { type Clock, systemClock } from '@triad/shared/clock/clock.ts';
import type { JobSpec } from '@triad/shared/contracts/job-spec.ts';
import type { Params } from '@triad/shared/contracts/json.ts';
import { type Manifest, manifestPath, parseManifest } from '@triad/shared/contracts/manifest.ts';
import { formatCommandId } from '@triad/shared/contracts/names.ts';
import type { StepKind } from '@triad/shared/contracts/step-kind.ts';
import { timeOrderedIds } from '@triad/shared/ids/ids.ts';
import { performJob } from '@triad/shared/jobs/perform-job.ts';
import type { Cell, OpenWarehouse, Warehouse } from '@triad/shared/warehouse/warehouse.ts';
import { sqlRunnerJob } from '../../../sql-runner/job.ts';
import { objectFetcher } from '../../../sql-runner/load/fetch-object.ts';
import { recordingLogger } from '../recording-logger.ts';
import { temporaryDirectory } from '../temporary-directory.ts';
import { duckDbFile } from '../warehouse/duckdb-warehouse.ts';

export const repositorySql = resolve(import.meta.dirname, '../../../sql');

export interface StepRequest {
  kind: StepKind;
  params?: Params;
  runDate?: string;
  runId?: string;
  step?: string;
  attempt?: number;
  inputs?: JobSpec['inputs'];
}

/** A home of its own, in which steps of the sql-runner run in this process. */
export class SqlRunnerHome {
  readonly directory: string;
  readonly dataset = 'triad';
  readonly artifacts: DirectoryArtifactStore;
  readonly sqlDirectory: string;
  readonly #recorded = recordingLogger();
  readonly #ids;
  readonly #open: OpenWarehouse;

  private constructor(
    directory: string,
    sqlDirectory: string,
    clock: Clock,
    openWarehouse?: OpenWarehouse,
  ) {
    this.directory = directory;
    this.sqlDirectory = sqlDirectory;
    this.artifacts = new DirectoryArtifactStore({ directory: join(directory, 'artifacts') });
    this.#ids = timeOrderedIds(clock);
    const { dataset: defaultDataset } = this;
    this.#open = openWarehouse ?? duckDbFile(this.warehousePath, { defaultDataset, clock });
  }

  static async create(sqlDirectory = repositorySql): Promise<SqlRunnerHome> {
    return new SqlRunnerHome(await temporaryDirectory(), sqlDirectory, systemClock);
  }

  /** A home whose warehouse is another one than its own DuckDB file. */
  static async on(openWarehouse: OpenWarehouse): Promise<SqlRunnerHome> {
    return new SqlRunnerHome(await temporaryDirectory(), repositorySql, systemClock, openWarehouse);
  }

  /** Another home with the same warehouse. */
  async copy(): Promise<SqlRunnerHome> {
    const home = await SqlRunnerHome.create(this.sqlDirectory);
    await copyFile(this.warehousePath, home.warehousePath);
    return home;
  }

  /** The same home with another SQL project. */
  withSqlProject(sqlDirectory: string): SqlRunnerHome {
    return new SqlRunnerHome(this.directory, sqlDirectory, systemClock);
  }

  get warehousePath(): string {
    return join(this.directory, 'warehouse.duckdb');
  }

  /** Ids of runs, each later than those before. */
  nextRunId(): string {
    return this.#ids.next();
  }

  /** Does one attempt of a step; throws what it throws, otherwise gives its manifest. */
  async step(request: StepRequest): Promise<Manifest> {
    const spec = this.specOf(request);
    const scratch = join(this.directory, 'scratch', spec.id);
    await mkdir(scratch, { recursive: true });
    const job = sqlRunnerJob(
      {
        openWarehouse: this.#open,
        fetchObject: objectFetcher(async (bucket) => {
          return new DirectoryArtifactStore({ directory: join(this.directory, 'buckets', bucket) });
        }),
        sqlDirectory: this.sqlDirectory,
        dataset: this.dataset,
      },
      async () => {},
    );
    const { artifacts } = this;
    const { log } = this.#recorded;
    const signal = new AbortController().signal;
    await performJob(job, spec, { artifacts, clock: systemClock, log, scratch, signal });
    const stored = await artifacts.get(manifestPath(spec));
    return parseManifest(JSON.parse(String(stored?.body)));
  }

  specOf(request: StepRequest): JobSpec {
    const { kind, params = {}, runDate = '2011-12-10', inputs = [] } = request;
    const runId = request.runId ?? this.nextRunId();
    const key = { runId, step: request.step ?? kind, attempt: request.attempt ?? 1 };
    return {
      version: 1,
      id: formatCommandId(key),
      ...key,
      job: 'sql-runner',
      kind,
      runDate,
      params,
      inputs,
      resources: { memoryMiB: 1024, timeLimitSeconds: 60 },
      pins: { planHash: 'plan', codeRevision: 'test', seed: 7 },
    };
  }

  async withWarehouse<T>(work: (warehouse: Warehouse) => Promise<T>): Promise<T> {
    const warehouse = await this.#open({ write: true });
    try {
      return await work(warehouse);
    } finally {
      await warehouse.close();
    }
  }

  /** The rows of a query in GoogleSQL. */
  query(text: string): Promise<Cell[][]> {
    return this.withWarehouse(async (w) => (await w.query({ text, origin: 'the test' })).rows);
  }
}
