import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import type { FanOut } from '@triad/shared/contracts/fan-out.ts';
import {
  type OrchestratorSetup,
  setUpOrchestrator,
} from '../../../harness/orchestrator/orchestrator-setup.ts';
import { ends } from '../../../harness/orchestrator/simulated-runs.ts';
import { pipelineOf } from '../../../harness/run-fixtures.ts';

let setup: OrchestratorSetup;
beforeEach(async () => {
  setup = await setUpOrchestrator();
});

const fanned = (over: FanOut['over']) =>
  pipelineOf([
    { name: 'list', kind: 'train' },
    { name: 'score', kind: 'train', after: ['list'], forEach: { over, as: 'country' } },
    { name: 'join', kind: 'train', after: ['score'] },
  ]);
const reporting = (lists: Record<string, string[]>) => ({
  ...ends.succeeded,
  result: { ...ends.succeeded.result, lists },
});
const paramsSent = async () => {
  const messages = await setup.state.unpublished(100);
  return messages.map(({ event }) => (event.data as { params: unknown }).params);
};

test('a step runs once for each value, and what comes after waits for all of them', async () => {
  await setup.start('r1', fanned({ values: ['de', 'fr', 'it'] }), { params: { weeks: 4 } });
  await setup.end('r1', 'list', ends.succeeded);
  assert.deepEqual((await paramsSent()).slice(1), [
    { weeks: 4, country: 'de' },
    { weeks: 4, country: 'fr' },
    { weeks: 4, country: 'it' },
  ]);
  for (const step of ['score-1', 'score-3']) await setup.end('r1', step, ends.succeeded);
  assert.deepEqual(await setup.steps('r1'), {
    list: 'succeeded',
    'score-1': 'succeeded',
    'score-2': 'dispatched',
    'score-3': 'succeeded',
    join: 'waiting',
  });
  await setup.end('r1', 'score-2', ends.succeeded);
  await setup.end('r1', 'join', ends.succeeded);
  assert.equal((await setup.view('r1')).state, 'succeeded');
});

test('the list can be a parameter, or one that an earlier step reported', async () => {
  await setup.start('r1', fanned({ param: 'countries' }), { params: { countries: 'de, fr' } });
  await setup.end('r1', 'list', ends.succeeded);
  await setup.start('r2', fanned({ step: 'list', list: 'found' }));
  await setup.end('r2', 'list', reporting({ found: ['uk', 'us'] }));
  const countries = (await paramsSent()).map((params) => (params as { country?: string }).country);
  assert.deepEqual(countries, [undefined, 'de', 'fr', undefined, 'uk', 'us']);
});

test('an empty list skips the step; an absent one fails it', async () => {
  await setup.start('r1', fanned({ param: 'countries' }));
  await setup.end('r1', 'list', ends.succeeded);
  assert.deepEqual(await setup.steps('r1'), {
    list: 'succeeded',
    score: 'skipped',
    join: 'skipped',
  });
  await setup.start('r2', fanned({ step: 'list', list: 'found' }));
  await setup.end('r2', 'list', reporting({ other: [] }));
  const { state, error } = await setup.view('r2');
  assert.deepEqual([state, error?.code], ['failed', 'FAN_OUT_INVALID']);
});

test('one instance that fails is retried alone, the others keep their results', async () => {
  await setup.start('r1', fanned({ values: [1, 2] }));
  await setup.end('r1', 'list', ends.succeeded);
  await setup.end('r1', 'score-1', ends.succeeded);
  await setup.end('r1', 'score-2', ends.fatal);
  assert.equal((await setup.view('r1')).state, 'failed');
  await setup.sent();
  await setup.engine.react('r1', () => [{ type: 'retry_requested' }]);
  assert.deepEqual(await setup.sent(), ['command r1:score-2:2']);
  await setup.end('r1', 'score-2', ends.succeeded, 2);
  await setup.end('r1', 'join', ends.succeeded);
  assert.equal((await setup.view('r1')).state, 'succeeded');
});
