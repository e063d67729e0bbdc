import type { ArtifactStore } from '@triad/shared/artifacts/artifact-store.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';

/** Makes local copies of objects `gs://bucket/name`, each bucket seen as a store of artifacts. */
export const objectFetcher =
  (storeOf: (bucket: string) => Promise<ArtifactStore>) =>
  async (url: string): Promise<string> => {
    const [, bucket, name] = /^gs:\/\/([^/]+)\/(.+)$/.exec(url) ?? [];
    if (bucket === undefined || name === undefined) {
      const expected = 'gs://bucket/name';
      throw new TriadError('INPUT_INVALID', { where: 'load', field: 'source', expected });
    }
    try {
      return await (await storeOf(bucket)).localFile(name);
    } catch (error) {
      if (!(error instanceof TriadError && error.code === 'ARTIFACT_MISSING')) throw error;
      throw new TriadError('FILE_MISSING', { path: url }, { cause: error });
    }
  };
