import {
  CreateBucketCommand,
  DeleteObjectCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { S3FileListing } from '../../orchestrator/sensors/s3-file-listing.ts';
import { startGoServer } from '../harness/external/go-server.ts';
import { fileListingConformance } from './file-listing.conformance.ts';

// Where AWS's tools look for credentials; this server takes any.
process.env.AWS_ACCESS_KEY_ID = 'test';
process.env.AWS_SECRET_ACCESS_KEY = 'test';

const program = 'github.com/johannesboyne/gofakes3/cmd/gofakes3@v1.2.0';
const server = await startGoServer(program, (port) => [
  ...['-backend', 'memory', '-host', `127.0.0.1:${port}`, '-quiet'],
]);
const client = new S3Client({ endpoint: server.url, forcePathStyle: true, region: 'us-east-1' });
let buckets = 0;

fileListingConformance('S3', async () => {
  buckets += 1;
  const Bucket = `bucket-${buckets}`;
  await client.send(new CreateBucketCommand({ Bucket }));
  return {
    listing: new S3FileListing(server.url),
    location: (path) => `s3://${Bucket}/${encodeURI(path)}`,
    async put(Key, Body) {
      await client.send(new PutObjectCommand({ Bucket, Key, Body }));
    },
    async remove(Key) {
      await client.send(new DeleteObjectCommand({ Bucket, Key }));
    },
    unreadable: 's3://no-such-bucket/in',
  };
});
