import { Storage } from '@google-cloud/storage';
import { CloudStorageFileListing } from '../../orchestrator/sensors/cloud-storage-file-listing.ts';
import { startCloudStorage } from '../harness/external/cloud-storage.ts';
import { fileListingConformance } from './file-listing.conformance.ts';

const { url, createBucket } = await startCloudStorage();
const storage = new Storage({ apiEndpoint: url, projectId: 'test' });

fileListingConformance('Cloud Storage', async () => {
  const bucket = await createBucket();
  return {
    listing: new CloudStorageFileListing(url),
    location: (path) => `gs://${bucket}/${encodeURI(path)}`,
    put: (path, content) => storage.bucket(bucket).file(path).save(content, { resumable: false }),
    async remove(path) {
      await storage.bucket(bucket).file(path).delete();
    },
    unreadable: 'gs://no-such-bucket/in',
  };
});
