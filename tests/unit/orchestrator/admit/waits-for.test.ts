import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import type { Pipeline } from '@triad/shared/contracts/pipeline.ts';
import type { RunPlan } from '@triad/shared/contracts/run-plan.ts';
import { Admission } from '../../../../orchestrator/admit/admission.ts';
import {
  type OrchestratorSetup,
  setUpOrchestrator,
} from '../../../harness/orchestrator/orchestrator-setup.ts';
import { ends } from '../../../harness/orchestrator/simulated-runs.ts';
import { pipelineOf, planOf } from '../../../harness/run-fixtures.ts';

let setup: OrchestratorSetup;
let admission: Admission;
beforeEach(async () => {
  setup = await setUpOrchestrator();
  admission = new Admission({ ...setup, maxActiveRuns: 2 });
});

const queue = async (runId: string, pipeline: Pipeline, more: Partial<RunPlan> = {}) => {
  await setup.state.createRun(planOf(runId, { pipeline, queued: true, ...more }));
  await admission.admit();
};
const waitsOf = async (runId: string) => {
  const run = await setup.state.getRun(runId);
  assert.ok(run);
  return admission.waitsFor(run);
};
const named = (name: string, more = {}) =>
  pipelineOf([{ name: 'only', kind: 'train' }], { name, ...more });

test('a run that is active or over waits for nothing', async () => {
  await queue('r1', named('a'));
  assert.deepEqual(await waitsOf('r1'), []);
  await setup.end('r1', 'only', ends.succeeded);
  assert.deepEqual(await waitsOf('r1'), []);
});

test('a queued run tells that its pipeline is at its limit', async () => {
  await queue('r1', named('a', { maxActiveRuns: 1 }));
  await queue('r2', named('a', { maxActiveRuns: 1 }));
  assert.deepEqual(await waitsOf('r2'), ['other runs of a: 1 are active, its maxActiveRuns']);
});

test('a queued run tells that the system is at its limit, and who goes before it', async () => {
  await queue('r1', named('a'));
  await queue('r2', named('b'));
  await queue('r3', named('c'));
  await queue('r4', named('d'), { priority: 90 });
  const full = 'other runs: 2 are active, TRIAD_MAX_ACTIVE_RUNS';
  assert.deepEqual(await waitsOf('r4'), [full]);
  assert.deepEqual(await waitsOf('r3'), [
    full,
    'queued runs that go before it: run r4, of priority 90, is next',
  ]);
});

test('a run tells which pool its step waits for, and who holds it', async () => {
  const sql = (name: string) => pipelineOf([{ name: 'only', kind: 'sql' }], { name });
  await queue('r1', sql('a'));
  await queue('r2', sql('b'));
  await setup.engine.advanceAll();
  assert.deepEqual(await waitsOf('r2'), ['pool warehouse, which is held by step only of run r1']);
});
