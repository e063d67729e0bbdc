import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';
import { temporaryDirectory } from '../../harness/temporary-directory.ts';

/** Opens what asks Google, and prints how that ends; then whether the process lives on. */
const script = `
  import { CloudStorageArtifactStore } from '@triad/shared/artifacts/cloud-storage-artifact-store.ts';
  import { systemClock } from '@triad/shared/clock/clock.ts';
  import { bigQueryOpener } from '@triad/shared/warehouse/bigquery-engine.ts';
  import { CloudStorageFileListing } from '../orchestrator/sensors/cloud-storage-file-listing.ts';

  const scratch = process.env.CLOUDSDK_CONFIG;
  const store = new CloudStorageArtifactStore({ bucket: 'models', cacheDirectory: scratch });
  const { open } = bigQueryOpener({
    project: 'shop-1', defaultDataset: 'triad', scratch, clock: systemClock, ids: { next: () => 'x' },
  });
  const files = new CloudStorageFileListing().list(new URL('gs://models/a'), new AbortController().signal);
  for (const work of [
    () => store.check(),
    () => store.put('a', 'b'),
    () => open({ write: true }),
    () => open({ write: false }),
    () => files[Symbol.asyncIterator]().next(),
  ]) {
    await work().then(() => console.log('done'), ({ code, retryable, message }) =>
      console.log(code, retryable, message));
  }
  await new Promise((resolve) => setTimeout(resolve));
  console.log('alive');`;

async function printed(env: Record<string, string>): Promise<string[]> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module-typescript', '--eval', script],
    {
      cwd: resolve(import.meta.dirname, '../../../shared'),
      env: {
        PATH: process.env.PATH,
        CLOUDSDK_CONFIG: await temporaryDirectory(),
        METADATA_SERVER_DETECTION: 'none',
        ...env,
      },
      // Requests that nobody may make would be tried again for longer.
      timeout: 20_000,
    },
  );
  return stdout.trim().split('\n');
}

describe('without credentials nothing is asked of Google, and each adapter says so at once', () => {
  for (const [what, env, reason] of [
    ['none at all', {}, /Could not load the default credentials/],
    [
      'a file of them that is not there',
      { GOOGLE_APPLICATION_CREDENTIALS: '/no/such/key.json' },
      /key\.json does not exist/,
    ],
  ] as const) {
    test(what, async () => {
      const [check, put, writer, reader, files, ...rest] = await printed(env);
      for (const line of [check, put]) {
        assert.match(`${line}`, /^ARTIFACT_STORE_DENIED false The bucket models refuses access: /);
      }
      for (const line of [writer, reader]) {
        assert.match(
          `${line}`,
          /^WAREHOUSE_DENIED false The warehouse BigQuery of shop-1 refuses access: /,
        );
      }
      for (const line of [check, put, writer, reader, files]) assert.match(`${line}`, reason);
      assert.deepEqual(rest, ['alive']);
    });
  }
});
