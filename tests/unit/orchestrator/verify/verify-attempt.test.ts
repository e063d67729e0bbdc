import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { Manifest } from '@triad/shared/contracts/manifest.ts';
import { manifestPath } from '@triad/shared/contracts/manifest.ts';
import { attemptPrefix, type CommandKey } from '@triad/shared/contracts/names.ts';
import type { PipelineStep } from '@triad/shared/contracts/pipeline.ts';
import { verifyAttempt } from '../../../../orchestrator/verify/verify-attempt.ts';
import {
  type OrchestratorSetup,
  setUpOrchestrator,
} from '../../../harness/orchestrator/orchestrator-setup.ts';
import { pipelineOf, planOf } from '../../../harness/run-fixtures.ts';

let setup: OrchestratorSetup;
let attempts = 0;
before(async () => {
  setup = await setUpOrchestrator();
});

const nextKey = (): CommandKey => {
  attempts += 1;
  return { runId: 'r1', step: 'only', attempt: attempts };
};
const step = pipelineOf(['only']).steps[0] as PipelineStep;
const verify = (key: CommandKey) => verifyAttempt(setup, key, step, planOf('r1'));
const mismatch = (message: RegExp) => ({ code: 'MANIFEST_MISMATCH', message });

test('no manifest is neither success nor failure', async () => {
  assert.equal(await verify(nextKey()), undefined);
});

test('a manifest whose outputs are all there, to the byte, is proof', async () => {
  const key = nextKey();
  const manifest = await setup.writeManifest(key);
  assert.deepEqual(await verify(key), { manifest, findings: [] });
});

test('an output that was changed after its manifest is found, also when its size stayed', async () => {
  const key = nextKey();
  const { outputs } = await setup.writeManifest(key);
  const output = outputs[0]?.path ?? '';
  const original = (await setup.artifacts.get(output))?.body.toString() ?? '';
  await setup.artifacts.put(output, original.replace('r', 'R'));
  await assert.rejects(verify(key), mismatch(/result\.txt does not match.*expected SHA-256/));
});

test('an output cut short is found', async () => {
  const key = nextKey();
  const { outputs } = await setup.writeManifest(key);
  await setup.artifacts.put(outputs[0]?.path ?? '', 'res');
  await assert.rejects(verify(key), mismatch(/\(19 bytes\), found [0-9a-f]{64} \(3 bytes\)/));
});

test('an output that is missing is found', async () => {
  const key = nextKey();
  const prefix = attemptPrefix(key);
  const output = { name: 'model', path: `${prefix}/model.json`, bytes: 1, sha256: '0'.repeat(64) };
  await setup.writeManifest(key, { outputs: [output] });
  await assert.rejects(verify(key), mismatch(/model\.json.*found no such file/));
});

test('an output outside of the attempt does not count, however true its hash', async () => {
  const key = nextKey();
  const { outputs: others } = await setup.writeManifest(nextKey());
  await setup.writeManifest(key, { outputs: others });
  await assert.rejects(verify(key), mismatch(/expected a path under runs\/r1\/only\/\d+\//));
});

test('an output cannot climb out of the attempt', async () => {
  const key = nextKey();
  const { outputs } = await setup.writeManifest(key);
  const path = `${attemptPrefix(key)}/../${key.attempt}/result.txt`;
  const climbing = outputs.map((output) => ({ ...output, path }));
  await setup.writeManifest(key, { outputs: climbing });
  await assert.rejects(verify(key), { code: 'ARTIFACT_PATH_INVALID' });
});

test('a manifest of another command is found', async () => {
  const key = nextKey();
  await setup.writeManifest(key, { commandId: 'r1:only:999', outputs: [] });
  await assert.rejects(verify(key), mismatch(/expected r1:only:\d+, found r1:only:999/));
});

test('a manifest of another run date is found', async () => {
  const key = nextKey();
  await setup.writeManifest(key, { runDate: '2024-02-01' });
  await assert.rejects(verify(key), mismatch(/expected 2024-01-31, found 2024-02-01/));
});

const malformed: Record<string, [string, object]> = {
  'that is no JSON': ['half a mani', mismatch(/expected a JSON document, found half a mani/)],
  'that lacks fields': ['{"version":1}', { code: 'INPUT_INVALID', message: /^manifest: / }],
  'of another version': ['{"version":2}', { code: 'CONTRACT_VERSION_UNKNOWN' }],
};
for (const [what, [body, expected]] of Object.entries(malformed)) {
  test(`a manifest ${what} proves nothing`, async () => {
    const key = nextKey();
    await setup.artifacts.put(manifestPath(key), body);
    await assert.rejects(verify(key), expected);
  });
}

test('what does not hold is found of a whole manifest only', async () => {
  const key = nextKey();
  const conditioned: PipelineStep = {
    ...step,
    postconditions: [{ kind: 'rows', table: 'rfm', min: 1 }],
  };
  const change: Partial<Manifest> = { tables: [{ table: 'rfm', rows: 0 }] };
  const { outputs } = await setup.writeManifest(key, change);
  const verification = await verifyAttempt(setup, key, conditioned, planOf('r1'));
  assert.deepEqual(verification?.findings, [
    { name: 'rows of rfm', ok: false, expected: 'at least 1', actual: '0' },
  ]);
  await setup.artifacts.put(outputs[0]?.path ?? '', 'changed');
  await assert.rejects(verifyAttempt(setup, key, conditioned, planOf('r1')), {
    code: 'MANIFEST_MISMATCH',
  });
});
