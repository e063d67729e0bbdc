import type { S3Client } from '@aws-sdk/client-s3';
import { bucketAndPath, type FileListing, type ListedFile, nameBelow } from './file-listing.ts';

/** Objects of S3 and of what speaks its protocol. Credentials come from where AWS's tools look. */
export class S3FileListing implements FileListing {
  readonly #endpoint: string | undefined;
  #client: Promise<S3Client> | undefined;

  /** @param endpoint of an S3-compatible store, addressed by path; without it, that of AWS */
  constructor(endpoint?: string) {
    this.#endpoint = endpoint;
  }

  async *list(location: URL, signal: AbortSignal): AsyncIterable<ListedFile> {
    const { bucket, path } = bucketAndPath(location);
    this.#client ??= this.#open();
    const client = await this.#client;
    const { paginateListObjectsV2 } = await import('@aws-sdk/client-s3');
    const request = { Bucket: bucket, Prefix: path };
    for await (const page of paginateListObjectsV2({ client }, request, { abortSignal: signal })) {
      for (const {
        Key: key = '',
        Size: bytes = 0,
        LastModified: modifiedAt,
        ETag: version,
      } of page.Contents ?? []) {
        const name = nameBelow(path, key);
        if (name === undefined || !modifiedAt) continue;
        yield { name, bytes, modifiedAt, ...(version !== undefined && { version }) };
      }
    }
  }

  /** The SDK is slow to load, and most systems never need it. */
  async #open(): Promise<S3Client> {
    const sdk = await import('@aws-sdk/client-s3');
    return new sdk.S3Client({
      ...(this.#endpoint !== undefined && {
        endpoint: this.#endpoint,
        forcePathStyle: true,
        // Stores that are not AWS's have no regions, but the signature names one.
        region: 'us-east-1',
      }),
      maxAttempts: 3,
    });
  }
}
