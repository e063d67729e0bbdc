import type { Bucket, CRC32C } from '@google-cloud/storage';

export interface OpenBucket {
  bucket: Bucket;
  newCrc32c(): CRC32C;
}

/**
 * Loads the SDK, which is slow, and opens a bucket. Asks the server nothing.
 *
 * @param endpoint of an emulator, which needs no credentials; without it, Google's
 */
export async function openBucket(name: string, endpoint: string | undefined): Promise<OpenBucket> {
  const sdk = await import('@google-cloud/storage');
  const storage = new sdk.Storage({
    ...(endpoint !== undefined && { apiEndpoint: endpoint, projectId: 'emulated' }),
    // It would neither keep to Retry-After nor know its own write again after a lost answer.
    retryOptions: { autoRetry: false, retryableErrorFn: () => false },
  });
  return { bucket: storage.bucket(name), newCrc32c: () => new sdk.CRC32C() };
}
