import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CloudSystem } from '../harness/google-cloud/cloud-system.ts';

/*
 * The last step, `publish`, is left out: it breaks the emulator of BigQuery, which then answers
 * nothing more (docs/emulators.md).
 */
test('the RFM pipeline in the profile gcp, on emulators', { timeout: 600_000 }, async () => {
  const cloud = await CloudSystem.start();
  const params = { source: 'simulated', customers: 200 };
  const run = await cloud.runUntil('rfm', '2026-01-31', params, 'rfm');
  assert.deepEqual(
    run.steps.slice(0, 7).map(({ name, state, attempts }) => [name, state, attempts]),
    ['load', 'orders', 'snapshot', 'train', 'verify-train', 'predict', 'rfm'].map((name) => [
      name,
      'succeeded',
      1,
    ]),
    JSON.stringify(run.steps.find(({ error }) => error)?.error),
  );
  // Each was a job of Cloud Run, which keeps them no longer than they run: none asks for a machine.
  assert.deepEqual(await cloud.vertexJobs(), []);
});
