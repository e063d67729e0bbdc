import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import type { PipelineDefinition } from '@triad/shared/contracts/pipeline.ts';
import { settleAttempt } from '../../../../orchestrator/verify/settle-attempt.ts';
import { availablePort } from '../../../harness/available-port.ts';
import {
  type OrchestratorSetup,
  setUpOrchestrator,
} from '../../../harness/orchestrator/orchestrator-setup.ts';
import { pipelineOf } from '../../../harness/run-fixtures.ts';

type Postconditions = PipelineDefinition['steps'][number]['postconditions'];

let setup: OrchestratorSetup;
beforeEach(async () => {
  setup = await setUpOrchestrator();
});

const pipeline = (postconditions: Postconditions) =>
  pipelineOf([{ name: 'load', kind: 'load', postconditions }]);

/** Runs the step for a date, with this many rows; gives what the run shows of it. */
async function run(runId: string, runDate: string, rows: number, postconditions: Postconditions) {
  const key = { runId, step: 'load', attempt: 1 };
  await setup.start(runId, pipeline(postconditions), { runDate });
  await setup.writeManifest(key, { runDate, tables: [{ table: 't', rows }] });
  await settleAttempt(setup, key, undefined);
  const [step] = (await setup.view(runId)).steps;
  assert.ok(step);
  return step;
}

test('a step that is done shows what was verified of it', async () => {
  const step = await run('r1', '2024-01-31', 5, [{ kind: 'rows', table: 't' }]);
  assert.equal(step.state, 'succeeded');
  assert.deepEqual(step.postconditions, [
    { name: 'rows of t', ok: true, expected: 'at least 1', actual: '5' },
  ]);
});

test('all that does not hold is told in one error, is shown beside what holds, and is not retried', async () => {
  const step = await run('r1', '2024-01-31', 5, [
    { kind: 'rows', table: 't', min: 6 },
    { kind: 'output', name: 'result' },
    { kind: 'metric', metric: 'auc', min: 0.5 },
  ]);
  assert.equal(step.state, 'failed');
  assert.equal(step.attempts, 1);
  assert.deepEqual(
    [step.error?.code, step.error?.message],
    [
      'POSTCONDITION_FAILED',
      'What must hold after the step does not: rows of t: expected at least 6, found 5; ' +
        'metric auc: expected at least 0.5, found none.',
    ],
  );
  assert.deepEqual(
    step.postconditions?.map(({ name, ok }) => [name, ok]),
    [
      ['rows of t', false],
      ['output result', true],
      ['metric auc', false],
    ],
  );
});

test('what time may heal is retried, unless something is known to be wrong', async () => {
  const unreachable = {
    kind: 'http' as const,
    url: `http://127.0.0.1:${await availablePort()}/x`,
  };
  const waiting = await run('r1', '2024-01-31', 5, [unreachable]);
  assert.deepEqual([waiting.state, waiting.error?.code], ['waiting', 'POSTCONDITION_UNDECIDED']);
  const failed = await run('r2', '2024-01-31', 5, [
    unreachable,
    { kind: 'rows', table: 't', min: 6 },
  ]);
  assert.deepEqual([failed.state, failed.error?.code], ['failed', 'POSTCONDITION_FAILED']);
  assert.match(failed.error?.message ?? '', /GET 127\.0\.0\.1.*ECONNREFUSED; rows of t/);
});

test('a new attempt shows nothing of what was verified of the one before', async () => {
  const url = `http://127.0.0.1:${await availablePort()}/x`;
  await run('r1', '2024-01-31', 5, [{ kind: 'http', url }]);
  await setup.clock.advance(60_000);
  const [step] = (await setup.view('r1')).steps;
  assert.deepEqual(
    [step?.state, step?.attempts, step?.postconditions],
    ['dispatched', 2, undefined],
  );
});

test('a run is compared with the one of the date before it that was verified', async () => {
  const close: Postconditions = [{ kind: 'rows', table: 't', maxChange: 0.5 }];
  assert.equal((await run('r1', '2024-01-29', 100, close)).state, 'succeeded');
  const failed = await run('r2', '2024-01-30', 10, close);
  assert.deepEqual(failed.postconditions, [
    {
      name: 'rows of t',
      ok: false,
      expected: 'at least 1 and at least 50 (100 before) and at most 150 (100 before)',
      actual: '10',
    },
  ]);
  assert.equal((await run('r3', '2024-01-31', 140, close)).state, 'succeeded');
});
