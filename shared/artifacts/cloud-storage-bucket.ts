import type { Bucket, CRC32C, Storage, StorageOptions } from '@google-cloud/storage';
import { googleAuth } from '../access/google-auth.ts';

export interface OpenBucket {
  bucket: Bucket;
  newCrc32c(): CRC32C;
}

const scopes = 'https://www.googleapis.com/auth/devstorage.read_write';

/**
 * Loads the SDK, which is slow, and opens Cloud Storage. Asks the server nothing. Where there are no
 * credentials it throws at once; the SDK would ask as nobody.
 *
 * @param endpoint of an emulator, which needs no credentials; without it, Google's
 */
export async function openStorage(
  endpoint: string | undefined,
  retryOptions: NonNullable<StorageOptions['retryOptions']>,
): Promise<Storage> {
  const sdk = await import('@google-cloud/storage');
  return new sdk.Storage({
    ...(endpoint === undefined
      ? { authClient: await googleAuth({ scopes }) }
      : { apiEndpoint: endpoint, projectId: 'emulated' }),
    retryOptions,
  });
}

/** Opens a bucket, as `openStorage` does. */
export async function openBucket(name: string, endpoint: string | undefined): Promise<OpenBucket> {
  // It would neither keep to Retry-After nor know its own write again after a lost answer.
  const retryOptions = { autoRetry: false, retryableErrorFn: () => false };
  const storage = await openStorage(endpoint, retryOptions);
  const { CRC32C } = await import('@google-cloud/storage');
  return { bucket: storage.bucket(name), newCrc32c: () => new CRC32C() };
}
