import type { GetFilesOptions, GetFilesResponse, Storage } from '@google-cloud/storage';
import { openStorage } from '@triad/shared/artifacts/cloud-storage-bucket.ts';
import { bucketAndPath, type FileListing, type ListedFile, nameBelow } from './file-listing.ts';

const retryOptions = { maxRetries: 2, totalTimeout: 30 };

/** Objects of Google Cloud Storage. */
export class CloudStorageFileListing implements FileListing {
  readonly #endpoint: string | undefined;
  #storage: Promise<Storage> | undefined;

  /** @param endpoint of an emulator, which needs no credentials; without it, Google's */
  constructor(endpoint?: string) {
    this.#endpoint = endpoint;
  }

  async *list(location: URL, signal: AbortSignal): AsyncIterable<ListedFile> {
    const { bucket, path } = bucketAndPath(location);
    this.#storage ??= openStorage(this.#endpoint, retryOptions).catch((error: unknown) => {
      // Credentials may come later.
      this.#storage = undefined;
      throw error;
    });
    const storage = await this.#storage;
    let query: GetFilesOptions | null = { prefix: path, autoPaginate: false };
    while (query) {
      signal.throwIfAborted();
      const [files, next]: GetFilesResponse = await storage.bucket(bucket).getFiles(query);
      for (const { name: key, metadata } of files) {
        const name = nameBelow(path, key);
        if (name === undefined) continue;
        yield {
          name,
          bytes: Number(metadata.size),
          modifiedAt: new Date(String(metadata.updated)),
          version: String(metadata.generation),
        };
      }
      query = next as GetFilesOptions | null;
    }
  }
}
