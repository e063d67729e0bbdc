import { BigQuerySession } from './bigquery-session.ts';
import { DeferredSession } from './bigquery-transaction.ts';
import type {
  LoadedFile,
  RowFile,
  Sql,
  TableName,
  Warehouse,
  WarehouseCapabilities,
  WarehouseSession,
} from './warehouse.ts';

const hourMs = 3_600_000;

interface DatasetList {
  datasets?: { datasetReference: { datasetId: string } }[];
  nextPageToken?: string;
}

/** The datasets of one namespace in a project of BigQuery. */
export class BigQueryWarehouse extends BigQuerySession implements Warehouse {
  readonly capabilities: WarehouseCapabilities = {
    dialect: 'googlesql',
    concurrentWriters: true,
    transactions: 'deferred',
  };

  /**
   * A temporary dataset is removed when the warehouse is closed; should nobody come to that, its
   * tables go by themselves after a while.
   */
  async createDataset(dataset: string, lifetime: 'permanent' | 'temporary'): Promise<void> {
    this.checkWritable();
    const { api, names, options, temporary } = this.opening;
    const { project: projectId, location, labels, temporaryHours = 24 } = options;
    const isTemporary = lifetime === 'temporary';
    const body = {
      datasetReference: { projectId, datasetId: names.dataset(dataset) },
      ...(location && { location }),
      ...(labels && { labels }),
      ...(isTemporary && { defaultTableExpirationMs: String(temporaryHours * hourMs) }),
    };
    if (isTemporary) temporary.add(dataset);
    await this.request(async () => {
      const { datasetId } = body.datasetReference;
      if (await api.find({ path: `/datasets/${datasetId}` })) return;
      try {
        await api.call({ method: 'POST', path: '/datasets', body });
      } catch (error) {
        // Somebody else was faster, or an earlier try of ours whose answer was lost.
        if (!(await api.find({ path: `/datasets/${datasetId}` }))) throw error;
      }
    });
  }

  async dropDataset(dataset: string): Promise<void> {
    this.checkWritable();
    const { api, names, temporary } = this.opening;
    const path = `/datasets/${names.dataset(dataset)}`;
    await this.request(() => api.find({ method: 'DELETE', path, query: { deleteContents: true } }));
    temporary.delete(dataset);
  }

  async datasets(prefix: string): Promise<string[]> {
    const { api, names } = this.opening;
    const found: string[] = [];
    let pageToken: string | undefined;
    do {
      // Those that begin with `_` are listed only when all are asked for.
      const query = { all: true, maxResults: 1000, pageToken };
      const page = await this.request(() => api.call<DatasetList>({ path: '/datasets', query }));
      for (const { datasetReference } of page.datasets ?? []) {
        const dataset = names.withoutNamespace(datasetReference.datasetId);
        if (dataset?.startsWith(prefix)) found.push(dataset);
      }
      pageToken = page.nextPageToken;
    } while (pageToken);
    return found.sort();
  }

  async transaction<T>(work: (session: WarehouseSession) => Promise<T>): Promise<T> {
    this.checkWritable();
    const session = new DeferredSession(this, this.opening);
    const result = await work(session);
    await session.commit();
    return result;
  }

  async loadFile(table: TableName, file: RowFile): Promise<LoadedFile> {
    this.checkWritable();
    const { loadFile } = await import('./bigquery-files.ts');
    return loadFile(
      this,
      this.opening,
      table,
      file,
      this.purposeOf(table, `the load of ${file.path}`),
    );
  }

  async exportParquet(sql: Sql, localFile: string): Promise<number> {
    const { exportParquet } = await import('./bigquery-files.ts');
    return exportParquet(this, this.opening, sql, localFile);
  }

  async close(): Promise<void> {
    for (const dataset of [...this.opening.temporary]) {
      // What cannot be removed now goes by itself.
      await this.dropDataset(dataset).catch(() => {});
    }
  }
}
