import { type GoServer, startGoServer } from './go-server.ts';

export interface CloudStorageServer extends GoServer {
  /** Makes an empty bucket and gives its name. */
  createBucket(): Promise<string>;
}

/** The emulator, as `installGoProgram` takes it. */
export const cloudStorageProgram = 'github.com/fsouza/fake-gcs-server@v1.56.1';

/** Its arguments: it keeps everything in memory. */
export const cloudStorageArguments = (port: number): string[] => [
  ...['-backend', 'memory', '-scheme', 'http', '-host', '127.0.0.1', '-port', String(port)],
  ...['-log-level', 'error', '-external-url', `http://127.0.0.1:${port}`],
];

/** Starts an emulator of Google Cloud Storage that keeps everything in memory. */
export async function startCloudStorage(): Promise<CloudStorageServer> {
  const server = await startGoServer(cloudStorageProgram, cloudStorageArguments);
  let buckets = 0;
  return {
    ...server,
    async createBucket() {
      buckets += 1;
      const name = `bucket-${buckets}`;
      const response = await fetch(`${server.url}/storage/v1/b?project=test`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ name }),
      });
      if (!response.ok) throw new Error(`no bucket: ${await response.text()}`);
      return name;
    },
  };
}
