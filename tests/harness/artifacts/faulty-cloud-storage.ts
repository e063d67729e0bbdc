import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after } from 'node:test';
import { CloudStorageArtifactStore } from '@triad/shared/artifacts/cloud-storage-artifact-store.ts';
import { startCloudStorage } from '../external/cloud-storage.ts';
import { type Fault, FaultProxy, type ProxiedRequest } from '../external/fault-proxy.ts';
import { PauseSkippingClock } from '../pause-skipping-clock.ts';
import { sequentialIds } from '../sequential-ids.ts';
import { temporaryDirectory } from '../temporary-directory.ts';

export const chunkBytes = 1 << 18;
const stallSeconds = 1000;

/** Goes up in four chunks. */
export const largeBody = randomBytes(3 * chunkBytes + 1000);

export async function largeFile(): Promise<string> {
  const file = join(await temporaryDirectory(), 'part.parquet');
  await writeFile(file, largeBody);
  return file;
}

export const any = () => true;
export const isUpload = ({ method, url }: ProxiedRequest) =>
  method !== 'GET' && url.startsWith('/upload/');
export const isChunk = ({ headers }: ProxiedRequest) =>
  /^bytes \d/.test(String(headers['content-range']));
/** The question how far an upload has come. */
export const isStatus = ({ headers }: ProxiedRequest) => headers['content-range'] === 'bytes */*';
export const isDownload = ({ url }: ProxiedRequest) => url.includes('alt=media');

export const busy = (headers: Record<string, string> = {}, answer = 503): Fault => ({
  answer,
  headers,
});

/** An emulator of Cloud Storage behind a proxy that lets requests fail, and stores on it. */
export async function faultyCloudStorage() {
  const { url, createBucket } = await startCloudStorage();
  const proxy = new FaultProxy(url);
  const endpoint = await proxy.listen();
  after(() => proxy.close());
  const ids = sequentialIds();
  return {
    proxy,
    createBucket,
    async openStore(bucket?: string) {
      const clock = new PauseSkippingClock(stallSeconds * 1000);
      const cacheDirectory = await temporaryDirectory();
      const store = new CloudStorageArtifactStore({
        bucket: bucket ?? (await createBucket()),
        ...{ cacheDirectory, endpoint, clock, random: () => 0.5, newWriteId: () => ids.next() },
        ...{ chunkBytes, stallSeconds },
      });
      return { store, clock, cacheDirectory };
    },
  };
}
