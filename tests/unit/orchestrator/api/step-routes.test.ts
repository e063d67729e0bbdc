import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { user } from '@triad/shared/access/principal.ts';
import { runView } from '@triad/shared/contracts/run-view.ts';
import type { Express } from 'express';
import request from 'supertest';
import { runRoutes } from '../../../../orchestrator/api/run-routes.ts';
import { stepRoutes } from '../../../../orchestrator/api/step-routes.ts';
import { createApp } from '../../../../orchestrator/app.ts';
import {
  type OrchestratorSetup,
  setUpOrchestrator,
} from '../../../harness/orchestrator/orchestrator-setup.ts';
import { ends } from '../../../harness/orchestrator/simulated-runs.ts';
import { pipelineOf } from '../../../harness/run-fixtures.ts';

type OnTimeout = 'fail' | 'skip' | 'approve';
const gated = (onTimeout: OnTimeout = 'fail') =>
  pipelineOf([
    { name: 'train', kind: 'train' },
    {
      name: 'sign-off',
      kind: 'approval',
      after: ['train'],
      approval: { timeoutSeconds: 600, onTimeout },
    },
    { name: 'publish', kind: 'train', after: ['sign-off'] },
  ]);

let setup: OrchestratorSetup;
let app: Express;
beforeEach(async () => {
  setup = await setUpOrchestrator();
  const options = { ...setup, pipelines: new Map() };
  app = createApp([...runRoutes(options), ...stepRoutes(options)], '0.0.0', setup.log);
});

const post = (path: string, body: object) => request(app).post(`/v1/runs/r1${path}`).send(body);
const decide = (verb: string, body: object = { by: 'ada', comment: 'looks right' }) =>
  post(`/steps/sign-off:${verb}`, body);
const untilSignOff = async (onTimeout?: OnTimeout) => {
  await setup.start('r1', gated(onTimeout));
  await setup.end('r1', 'train', ends.succeeded);
  await setup.sent();
};

test('where there are tokens, an approval is in the name of the token and of nobody else', async () => {
  const options = { ...setup, pipelines: new Map() };
  app = createApp(stepRoutes(options), '0.0.0', setup.log, {
    authenticate: async () => user('t1', 'grace', 'operator'),
  });
  await untilSignOff();
  const answer = await decide('approve').set({ authorization: 'Bearer x' });
  assert.equal(answer.status, 202, answer.text);
  const [, approved] = runView.parse(answer.body).steps;
  assert.deepEqual(approved?.notes, ['approved by grace: looks right']);
});

test('a run waits for its approval, says until when, and goes on when it is given', async () => {
  await untilSignOff();
  const [, waiting] = (await setup.view('r1')).steps;
  assert.deepEqual(
    [waiting?.state, waiting?.approvalExpiresAt],
    ['awaiting', '2024-01-01T00:10:00.000Z'],
  );
  assert.deepEqual(await setup.sent(), []);
  const answer = await decide('approve');
  assert.equal(answer.status, 202, answer.text);
  const [, approved] = runView.parse(answer.body).steps;
  assert.deepEqual(
    [approved?.state, approved?.notes],
    ['succeeded', ['approved by ada: looks right']],
  );
  assert.deepEqual(await setup.sent(), ['command r1:publish:1']);
});

test('a refusal fails the run with who and why, and a retry asks again', async () => {
  await untilSignOff();
  const run = runView.parse((await decide('refuse', { by: 'ada', comment: 'too few rows' })).body);
  assert.deepEqual([run.state, run.error?.code], ['failed', 'APPROVAL_REFUSED']);
  assert.match(run.error?.message ?? '', /sign-off was refused by ada: too few rows/);
  assert.equal(run.steps.at(-1)?.state, 'skipped');
  assert.equal((await post(':retry', {})).status, 202);
  assert.equal((await setup.steps('r1'))['sign-off'], 'awaiting');
});

const timeouts: [OnTimeout, string, string][] = [
  ['fail', 'failed', 'failed'],
  ['skip', 'skipped', 'succeeded'],
  ['approve', 'succeeded', 'running'],
];
for (const [onTimeout, step, run] of timeouts) {
  test(`nobody decides in time: ${onTimeout} → step ${step}, run ${run}`, async () => {
    await untilSignOff(onTimeout);
    await setup.clock.advance(599_999);
    await setup.engine.advanceAll();
    assert.equal((await setup.steps('r1'))['sign-off'], 'awaiting');
    await setup.clock.advance(1);
    await setup.engine.advanceAll();
    const view = await setup.view('r1');
    assert.deepEqual([view.steps[1]?.state, view.state], [step, run]);
    if (onTimeout === 'fail') assert.equal(view.error?.code, 'APPROVAL_TIMED_OUT');
  });
}

test('an approval is decided once, by somebody, and only when it is waited for', async () => {
  await setup.start('r1', gated());
  const early = await decide('approve');
  assert.deepEqual([early.status, early.body.error.code], [409, 'RUN_STEP_STATE']);
  await setup.end('r1', 'train', ends.succeeded);
  const nobody = await decide('approve', { comment: 'x' });
  assert.equal(nobody.status, 400);
  assert.match(nobody.body.error.message, /by/);
  assert.equal((await decide('approve')).status, 202);
  assert.equal((await decide('refuse')).status, 409);
  assert.equal((await post('/steps/none:approve', { by: 'ada' })).status, 404);
});

test('a run that waits for an approval can be cancelled', async () => {
  await untilSignOff();
  assert.equal((await post(':cancel', {})).body.state, 'cancelled');
  assert.equal((await setup.steps('r1'))['sign-off'], 'cancelled');
});

test('a failed step that is skipped lets the run go on, and what was lost with it runs', async () => {
  await setup.start('r1', gated());
  await setup.end('r1', 'train', ends.fatal);
  assert.equal((await setup.view('r1')).state, 'failed');
  const answer = await post('/steps/train:skip', { by: 'ada', reason: 'not needed today' });
  assert.equal(answer.status, 202, answer.text);
  const [train] = runView.parse(answer.body).steps;
  assert.deepEqual([train?.state, train?.skipped], ['skipped', 'ada: not needed today']);
  assert.equal((await setup.steps('r1'))['sign-off'], 'awaiting');
});

/** A chain whose second step is skipped while the first is at work. */
async function skippedAhead() {
  const last = { name: 'use', kind: 'train' as const, after: ['polish'] };
  const polish = { name: 'polish', kind: 'train' as const, after: ['make'] };
  await setup.start('r1', pipelineOf([{ name: 'make', kind: 'train' }, polish, last]));
  const answer = await post('/steps/polish:skip', { by: 'ada', reason: 'good enough' });
  assert.equal(answer.status, 202, answer.text);
}

test('what comes after a step that is skipped ahead of its turn waits for what comes before it', async () => {
  await skippedAhead();
  assert.deepEqual(await setup.steps('r1'), {
    make: 'dispatched',
    polish: 'skipped',
    use: 'waiting',
  });
  await setup.end('r1', 'make', ends.succeeded);
  assert.equal((await setup.steps('r1')).use, 'dispatched');
});

test('a step that was skipped ahead of its turn hides no failure before it, and a retry goes on', async () => {
  await skippedAhead();
  await setup.end('r1', 'make', ends.fatal);
  const { state, steps } = await setup.view('r1');
  assert.deepEqual([state, steps[2]?.state, steps[2]?.skipped], ['failed', 'skipped', 'make']);
  assert.equal((await post(':retry', {})).status, 202);
  await setup.end('r1', 'make', ends.succeeded, 2);
  assert.deepEqual(await setup.steps('r1'), {
    make: 'succeeded',
    polish: 'skipped',
    use: 'dispatched',
  });
});

test('a step that was lost to a failure before it can be skipped while the run still goes', async () => {
  await setup.start(
    'r1',
    pipelineOf([
      { name: 'make', kind: 'train' },
      { name: 'polish', kind: 'train', after: ['make'] },
      { name: 'other', kind: 'train' },
    ]),
  );
  await setup.end('r1', 'make', ends.fatal);
  assert.equal((await setup.steps('r1')).polish, 'skipped');
  const answer = await post('/steps/polish:skip', { by: 'ada', reason: 'good enough' });
  const [, polish] = runView.parse(answer.body).steps;
  assert.deepEqual([polish?.state, polish?.skipped], ['skipped', 'ada: good enough']);
  await setup.end('r1', 'other', ends.succeeded);
  assert.equal((await setup.view('r1')).state, 'failed');
});

test('a step that runs or has succeeded cannot be skipped', async () => {
  await setup.start('r1', gated());
  const skip = () => post('/steps/train:skip', { by: 'ada', reason: 'why not' });
  assert.equal((await skip()).status, 409);
  await setup.end('r1', 'train', ends.succeeded);
  assert.equal((await skip()).status, 409);
});

test('a rerun that is asked for twice with the same key is one run', async () => {
  await setup.start('r1', gated());
  const ask = (body: object) =>
    request(app).post('/v1/runs/r1:rerun').set('Idempotency-Key', 'k1').send(body);
  const first = await ask({});
  const second = await ask({});
  assert.deepEqual([second.status, second.body.runId], [201, first.body.runId]);
  const other = await ask({ seed: 5 });
  assert.deepEqual([other.status, other.body.error.code], [422, 'IDEMPOTENCY_KEY_REUSED']);
  assert.equal((await setup.state.listRuns({ limit: 10 })).length, 2);
});

test('a rerun is a new run of the same plan with what was changed, and says of which run', async () => {
  const params = { weeks: { type: 'integer', description: 'd' } as const };
  const pipeline = { ...gated(), params: pipelineOf(['x'], { params }).params };
  await setup.start('r1', pipeline, { params: { weeks: 4 }, seed: 7 });
  const answer = await post(':rerun', { params: { weeks: 8 } });
  assert.equal(answer.status, 201, answer.text);
  const run = runView.parse(answer.body);
  assert.deepEqual(
    [run.params, run.plan.seed, run.trigger, run.rerunOf, run.runDate],
    [{ weeks: 8 }, 7, 'rerun', 'r1', '2024-01-31'],
  );
  assert.equal((await post(':rerun', { params: { weeks: 'many' } })).status, 400);
  const gone = await post(':rerun', { definition: 'current' });
  assert.deepEqual([gone.status, gone.body.error.code], [404, 'NOT_FOUND']);
});
