import { Storage } from '@google-cloud/storage';
import { CloudStorageFileListing } from '../../orchestrator/sensors/cloud-storage-file-listing.ts';
import { startGoServer } from '../harness/external/go-server.ts';
import { fileListingConformance } from './file-listing.conformance.ts';

const server = await startGoServer('github.com/fsouza/fake-gcs-server@v1.56.1', (port) => [
  ...['-backend', 'memory', '-scheme', 'http', '-host', '127.0.0.1', '-port', String(port)],
  ...['-log-level', 'error', '-external-url', `http://127.0.0.1:${port}`],
]);
const storage = new Storage({ apiEndpoint: server.url, projectId: 'test' });
let buckets = 0;

fileListingConformance('Cloud Storage', async () => {
  buckets += 1;
  const bucket = `bucket-${buckets}`;
  await storage.createBucket(bucket);
  return {
    listing: new CloudStorageFileListing(server.url),
    location: (path) => `gs://${bucket}/${encodeURI(path)}`,
    put: (path, content) => storage.bucket(bucket).file(path).save(content, { resumable: false }),
    async remove(path) {
      await storage.bucket(bucket).file(path).delete();
    },
    unreadable: 'gs://no-such-bucket/in',
  };
});
