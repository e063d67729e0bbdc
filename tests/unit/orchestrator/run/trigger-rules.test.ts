import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import type { Condition, RunIf } from '@triad/shared/contracts/condition.ts';
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

const trainStep = (name: string, more: object = {}) => ({ name, kind: 'train' as const, ...more });
const never: Condition[] = [{ param: 'mode', is: 'eq', value: 'never' }];
const withMetric = (metrics: Record<string, number>) => ({
  ...ends.succeeded,
  result: { ...ends.succeeded.result, metrics },
});

describe('what a step does after steps that succeeded, failed, or were skipped', () => {
  /** `a` ends as given, `b` succeeds or is skipped by its condition; then what becomes of `c`? */
  const cases: [RunIf, 'succeeded' | 'failed', 'succeeded' | 'skipped', string, string][] = [
    ['all_succeeded', 'succeeded', 'succeeded', 'dispatched', 'running'],
    ['all_succeeded', 'succeeded', 'skipped', 'skipped', 'succeeded'],
    ['all_succeeded', 'failed', 'succeeded', 'skipped', 'failed'],
    ['none_failed', 'succeeded', 'skipped', 'dispatched', 'running'],
    ['none_failed', 'failed', 'succeeded', 'skipped', 'failed'],
    ['any_failed', 'succeeded', 'skipped', 'skipped', 'succeeded'],
    ['any_failed', 'failed', 'succeeded', 'dispatched', 'running'],
    ['all_done', 'failed', 'skipped', 'dispatched', 'running'],
  ];
  for (const [runIf, a, b, c, run] of cases) {
    test(`${runIf}: ${a} and ${b} → ${c}, run ${run}`, async () => {
      const pipeline = pipelineOf([
        trainStep('a'),
        trainStep('b', b === 'skipped' ? { when: never } : {}),
        trainStep('c', { after: ['a', 'b'], runIf }),
      ]);
      await setup.start('r1', pipeline);
      await setup.end('r1', 'a', a === 'failed' ? ends.fatal : ends.succeeded);
      if (b === 'succeeded') await setup.end('r1', 'b', ends.succeeded);
      assert.equal((await setup.steps('r1')).c, c);
      assert.equal((await setup.view('r1')).state, run);
    });
  }

  test('a step that cleans up runs after a failure two steps before, and the run has still failed', async () => {
    const pipeline = pipelineOf([
      trainStep('a'),
      trainStep('b', { after: ['a'] }),
      trainStep('tidy', { after: ['b'], runIf: 'any_failed' }),
    ]);
    await setup.start('r1', pipeline);
    await setup.end('r1', 'a', ends.fatal);
    await setup.end('r1', 'tidy', ends.succeeded);
    const { state, error } = await setup.view('r1');
    assert.deepEqual([state, error?.code], ['failed', 'TEST']);
  });
});

describe('conditions', () => {
  const conditional = (when: Condition[]) =>
    pipelineOf([trainStep('a'), trainStep('b', { after: ['a'], when })]);

  test('of a parameter decide whether a step runs, and the reason is shown', async () => {
    const when: Condition[] = [{ param: 'mode', is: 'eq', value: 'full' }];
    await setup.start('r1', conditional(when), { params: { mode: 'full' } });
    await setup.start('r2', conditional(when), { params: { mode: 'quick' } });
    for (const run of ['r1', 'r2']) await setup.end(run, 'a', ends.succeeded);
    assert.equal((await setup.steps('r1')).b, 'dispatched');
    const skipped = (await setup.view('r2')).steps.find(({ name }) => name === 'b');
    assert.deepEqual(
      [skipped?.state, skipped?.skipped],
      ['skipped', 'parameter mode is quick, not full'],
    );
  });

  test('of a metric of an earlier step are made when that step has ended', async () => {
    const when: Condition[] = [{ step: 'a', metric: 'rows', is: 'ge', value: 100 }];
    for (const [run, rows] of [
      ['r1', 100],
      ['r2', 99],
    ] as const) {
      await setup.start(run, conditional(when));
      await setup.end(run, 'a', withMetric({ rows }));
    }
    assert.equal((await setup.steps('r1')).b, 'dispatched');
    assert.equal((await setup.steps('r2')).b, 'skipped');
  });

  test('an absent metric holds for nothing but "other than"', async () => {
    for (const [run, is] of [
      ['r1', 'lt'],
      ['r2', 'ne'],
    ] as const) {
      await setup.start(run, conditional([{ step: 'a', metric: 'rows', is, value: 1 }]));
      await setup.end(run, 'a', ends.succeeded);
    }
    assert.equal((await setup.steps('r1')).b, 'skipped');
    assert.equal((await setup.steps('r2')).b, 'dispatched');
  });
});
