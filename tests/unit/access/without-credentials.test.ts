import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { scriptWithoutCredentials } from '../../harness/access/script-without-credentials.ts';

/** Opens what asks Google, and prints how that ends. */
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
  }`;

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
      const [check, put, writer, reader, files, ...rest] = await scriptWithoutCredentials(
        script,
        env,
      );
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
