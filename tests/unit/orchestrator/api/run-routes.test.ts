import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { runList, runView } from '@triad/shared/contracts/run-view.ts';
import type { Express } from 'express';
import request from 'supertest';
import { runRoutes } from '../../../../orchestrator/api/run-routes.ts';
import { createApp } from '../../../../orchestrator/app.ts';
import { reactToEnd } from '../../../../orchestrator/run/react-to-end.ts';
import {
  type OrchestratorSetup,
  setUpOrchestrator,
} from '../../../harness/orchestrator/orchestrator-setup.ts';
import { type EndName, ends } from '../../../harness/orchestrator/simulated-runs.ts';
import { pipelineOf } from '../../../harness/run-fixtures.ts';

let setup: OrchestratorSetup;
let app: Express;

const test1 = pipelineOf(
  ['load', { name: 'train', kind: 'train', after: ['load'], retry: { maxAttempts: 1 } }],
  { params: { weeks: { type: 'integer', description: 'd', minimum: 1, default: 39 } } },
);
const asked = { pipeline: 'test', runDate: '2024-01-31' };

beforeEach(async () => {
  setup = await setUpOrchestrator();
  const pipelines = new Map([['test', test1]]);
  app = createApp(runRoutes({ ...setup, pipelines }), '0.0.0', setup.log);
});

const create = async (body: object = asked) => {
  const answer = await request(app).post('/v1/runs').send(body);
  assert.equal(answer.status, 201, answer.text);
  return runView.parse(answer.body);
};
const show = async (runId: string) =>
  runView.parse((await request(app).get(`/v1/runs/${runId}`)).body);
const end = (runId: string, step: string, how: EndName, attempt = 1) =>
  setup.engine.react(
    runId,
    reactToEnd(step, attempt, ends[how], setup.clock.now(), () => 0.5),
  );

test('a run that was asked for is there, pinned and under way', async () => {
  const run = await create({ ...asked, params: { weeks: 26 }, seed: 7 });
  assert.equal(run.state, 'running');
  assert.deepEqual(run.params, { weeks: 26 });
  assert.deepEqual([run.plan.seed, run.plan.codeRevision], [7, 'abc']);
  assert.deepEqual(
    run.steps.map(({ name, state, attempts }) => [name, state, attempts]),
    [
      ['load', 'dispatched', 1],
      ['train', 'waiting', 0],
    ],
  );
  assert.deepEqual(await show(run.runId), { ...run, waitsFor: [] });
});

test('a request that is repeated with its key makes one run; the key serves no other request', async () => {
  const ask = (body: object) =>
    request(app).post('/v1/runs').set('Idempotency-Key', 'k1').send(body);
  const first = await ask(asked);
  const second = await ask(asked);
  assert.deepEqual([second.status, second.body.runId], [201, first.body.runId]);
  const other = await ask({ ...asked, seed: 5 });
  assert.deepEqual([other.status, other.body.error.code], [422, 'IDEMPOTENCY_KEY_REUSED']);
  assert.equal((await setup.state.listRuns({ limit: 10 })).length, 1);
});

const refused: [string, object, number, RegExp][] = [
  ['an unknown pipeline', { ...asked, pipeline: 'rmf' }, 404, /No pipeline named rmf/],
  ['a wrong run date', { ...asked, runDate: '2024-02-30' }, 400, /runDate: expected a calendar/],
  ['a missing run date', { pipeline: 'test' }, 400, /runDate/],
  ['an unknown field', { ...asked, run_date: 'x' }, 400, /run_date/],
  ['a wrong parameter', { ...asked, params: { weeks: 0 } }, 400, /params: weeks/],
  ['an unknown parameter', { ...asked, params: { week: 1 } }, 400, /unknown parameter week/],
  ['a parameter that is no value', { ...asked, params: { weeks: null } }, 400, /params\.weeks/],
  ['a negative seed', { ...asked, seed: -1 }, 400, /seed/],
];
for (const [what, body, status, message] of refused) {
  test(`${what} is refused, and no run is made`, async () => {
    const answer = await request(app).post('/v1/runs').send(body);
    assert.equal(answer.status, status);
    assert.match(answer.body.error.message, message);
    assert.deepEqual(await setup.state.listRuns({ limit: 1 }), []);
  });
}

test('a run that does not exist is NOT_FOUND for every verb', async () => {
  const answers = [
    await request(app).get('/v1/runs/none'),
    await request(app).post('/v1/runs/none:cancel'),
    await request(app).post('/v1/runs/none:retry'),
  ];
  for (const { status, body } of answers) {
    assert.deepEqual([status, body.error.code], [404, 'NOT_FOUND']);
  }
});

test('a view tells times, attempts, errors, outputs and metrics', async () => {
  const { runId } = await create();
  const { outputs } = await setup.writeManifest({ runId, step: 'load', attempt: 1 });
  const result = {
    outputs,
    tables: [{ table: 'orders', rows: 9 }],
    metrics: { 'load.rows': 9 },
    notes: ['n'],
  };
  await setup.clock.advance(1000);
  const how = { state: 'succeeded' as const, result };
  await setup.engine.react(
    runId,
    reactToEnd('load', 1, how, setup.clock.now(), () => 0),
  );
  await setup.clock.advance(500);
  await end(runId, 'train', 'fatal');
  const run = await show(runId);
  assert.deepEqual([run.state, run.error?.code], ['failed', 'TEST']);
  assert.equal(run.finishedAt, '2024-01-01T00:00:01.500Z');
  assert.deepEqual(run.metrics, { 'load.rows': 9 });
  assert.deepEqual(
    run.outputs.map(({ step, name }) => [step, name]),
    [['load', 'result']],
  );
  const [load, train] = run.steps;
  assert.deepEqual(
    [load?.startedAt, load?.finishedAt, load?.tables, load?.notes],
    ['2024-01-01T00:00:00.000Z', '2024-01-01T00:00:01.000Z', result.tables, ['n']],
  );
  assert.deepEqual(
    train?.history.map(({ state, error }) => [state, error?.code]),
    [['failed', 'TEST']],
  );
});

test('cancelling tells the workload, ends when the job did, and is refused afterwards', async () => {
  const { runId } = await create();
  await setup.sent();
  const answer = await request(app).post(`/v1/runs/${runId}:cancel`);
  assert.deepEqual([answer.status, answer.body.state], [202, 'cancelling']);
  assert.equal((await request(app).post(`/v1/runs/${runId}:cancel`)).status, 202);
  assert.deepEqual(await setup.sent(), [`cancellation ${runId}:load:1`]);
  await end(runId, 'load', 'cancelled');
  assert.equal((await show(runId)).state, 'cancelled');
  const late = await request(app).post(`/v1/runs/${runId}:cancel`);
  assert.deepEqual([late.status, late.body.error.code], [409, 'RUN_NOT_ACTIVE']);
});

test('a retry goes on from the step that failed; an active or done run has none', async () => {
  const { runId } = await create();
  const early = await request(app).post(`/v1/runs/${runId}:retry`);
  assert.deepEqual([early.status, early.body.error.code], [409, 'RUN_NOT_RETRYABLE']);
  await end(runId, 'load', 'succeeded');
  await end(runId, 'train', 'fatal');
  await setup.sent();
  const answer = await request(app).post(`/v1/runs/${runId}:retry`);
  assert.deepEqual([answer.status, answer.body.state], [202, 'running']);
  assert.deepEqual(await setup.sent(), [`command ${runId}:train:2`]);
  await end(runId, 'train', 'succeeded', 2);
  const done = await show(runId);
  assert.deepEqual([done.state, done.error, done.steps[0]?.attempts], ['succeeded', null, 1]);
  assert.equal((await request(app).post(`/v1/runs/${runId}:retry`)).status, 409);
});

test('of two retries at once, one is refused and the steps start once', async () => {
  const { runId } = await create();
  await end(runId, 'load', 'fatal');
  await setup.sent();
  const answers = await Promise.all([1, 2].map(() => request(app).post(`/v1/runs/${runId}:retry`)));
  assert.deepEqual(answers.map(({ status }) => status).toSorted(), [202, 409]);
  assert.deepEqual(await setup.sent(), [`command ${runId}:load:2`]);
});

test('pages follow each other by `next` and hold every run once, newest first', async () => {
  const made: string[] = [];
  for (let i = 0; i < 5; i += 1) made.push((await create()).runId);
  const seen: string[] = [];
  let next: string | null = '';
  while (next !== null) {
    const query: string = next === '' ? 'limit=2' : `limit=2&before=${next}`;
    const page = runList.parse((await request(app).get(`/v1/runs?${query}`)).body);
    seen.push(...page.runs.map(({ runId }) => runId));
    next = page.next;
  }
  assert.deepEqual(seen, made.toReversed());
});

test('lists are filtered by pipeline and state, and a wrong filter is refused', async () => {
  const { runId } = await create();
  await create();
  await end(runId, 'load', 'fatal');
  const idsOf = async (query: string) =>
    runList.parse((await request(app).get(`/v1/runs?${query}`)).body).runs.map((run) => run.runId);
  assert.deepEqual(await idsOf('state=failed'), [runId]);
  assert.deepEqual(await idsOf('pipeline=other'), []);
  for (const query of ['state=odd', 'limit=0', 'limit=501', 'limit=x', 'before=NO!', 'sate=x']) {
    assert.equal((await request(app).get(`/v1/runs?${query}`)).status, 400, query);
  }
});

test('runs are searched by everything that the API says, page by page', async () => {
  const ids = [];
  for (const runDate of ['2024-01-29', '2024-01-30', '2024-01-31']) {
    ids.push((await create({ ...asked, runDate })).runId);
  }
  const [first = '', second = '', third = ''] = ids;
  await end(first, 'load', 'fatal');
  const search = async (query: string) => {
    const { runs, next } = runList.parse((await request(app).get(`/v1/runs?${query}`)).body);
    return [...runs.map(({ runId }) => runId), next];
  };
  assert.deepEqual(await search('trigger=manual&limit=2'), [third, second, second]);
  assert.deepEqual(await search(`trigger=manual&limit=2&before=${second}`), [first, null]);
  assert.deepEqual(await search('trigger=backfill'), [null]);
  assert.deepEqual(await search('runDateFrom=2024-01-30&runDateTo=2024-01-30'), [second, null]);
  assert.deepEqual(await search('createdTo=2024-01-01T00:00:00Z'), [null]);
  assert.deepEqual(await search('createdFrom=2024-01-01T00:00:00Z&limit=1'), [third, third]);
  const { error } = await show(first);
  assert.deepEqual(await search(`q=${error?.code.toLowerCase().slice(2)}`), [first, null]);
  assert.deepEqual(await search(`q=${second}`), [second, null]);
});

test('a search for what cannot be is refused, naming the field', async () => {
  for (const query of [
    'runDateFrom=2024-02-30',
    'createdTo=yesterday',
    'trigger=magic',
    'q=',
    'colour=red',
  ]) {
    const answer = await request(app).get(`/v1/runs?${query}`);
    assert.deepEqual([answer.status, answer.body.error.code], [400, 'INPUT_INVALID'], query);
    assert.match(answer.body.error.message, new RegExp(query.split('=')[0] ?? ''));
  }
});
