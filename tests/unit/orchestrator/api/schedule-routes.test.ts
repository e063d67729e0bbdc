import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import type { Express } from 'express';
import request from 'supertest';
import { backfillRoutes } from '../../../../orchestrator/api/backfill-routes.ts';
import { scheduleRoutes } from '../../../../orchestrator/api/schedule-routes.ts';
import { createApp } from '../../../../orchestrator/app.ts';
import { Backfills } from '../../../../orchestrator/backfill/backfills.ts';
import {
  daily,
  type ScheduleSetup,
  setUpSchedules,
} from '../../../harness/orchestrator/schedule-setup.ts';
import { pipelineOf } from '../../../harness/run-fixtures.ts';

const hour = 3_600_000;

let setup: ScheduleSetup;
let app: Express;
beforeEach(async () => {
  setup = await setUpSchedules();
  const found = [daily('a'), pipelineOf(['only'], { name: 'unscheduled' })];
  const pipelines = new Map(found.map((pipeline) => [pipeline.name, pipeline]));
  const routes = [
    ...scheduleRoutes(setup.ledger, setup.scheduler(...found)),
    ...backfillRoutes(new Backfills({ ...setup, pipelines })),
  ];
  app = createApp(routes, '1.2.3', setup.log);
});
const post = async (path: string, body: object = {}) => {
  const answer = await request(app).post(path).send(body);
  return { status: answer.status, body: answer.body };
};
const get = async (path: string) => (await request(app).get(path)).body;

test('one round of due ticks is done on request, and tells what it did', async () => {
  const first = await post('/v1/tick');
  const nothing = { fired: [], skipped: [], failed: [], nextDueAt: '2024-01-01T06:00:00.000Z' };
  assert.deepEqual(first, { status: 200, body: nothing });
  await setup.clock.advance(6 * hour);
  const { body } = await post('/v1/tick');
  const [run] = await setup.state.listRuns({ limit: 1 });
  const tick = { pipeline: 'a', occurrence: '2024-01-01T06:00:00.000Z', runDate: '2024-01-01' };
  assert.deepEqual(body.fired, [{ ...tick, runId: run?.runId }]);
  assert.equal(body.nextDueAt, '2024-01-02T06:00:00.000Z');
});

test('ticks are shown with their interval, and by state', async () => {
  await post('/v1/tick');
  const { ticks } = await get('/v1/ticks?pipeline=a&limit=1&before=2024-01-02T00:00:00Z');
  assert.deepEqual(ticks, [
    {
      pipeline: 'a',
      occurrence: '2024-01-01T06:00:00.000Z',
      interval: { start: '2023-12-31T06:00:00.000Z', end: '2024-01-01T06:00:00.000Z' },
      dueAt: '2024-01-01T06:00:00.000Z',
      runDate: '2024-01-01',
      state: 'expected',
      reason: null,
      runId: null,
    },
  ]);
  assert.deepEqual((await get('/v1/ticks?state=fired')).ticks, []);
  assert.equal((await get('/v1/ticks?state=lost')).error.code, 'INPUT_INVALID');
});

test('ticks are listed a page at a time, none twice and none left out', async () => {
  await post('/v1/tick');
  const all = (await get('/v1/ticks')).ticks;
  const pages = [];
  let query = '';
  do {
    const { ticks, next } = await get(`/v1/ticks?limit=1${query}`);
    pages.push(...ticks);
    query = next === null ? '' : `&before=${next}`;
  } while (query !== '');
  assert.ok(all.length > 1);
  assert.deepEqual(pages, all);
  for (const before of ['yesterday', '2024-02-30T00:00:00Z', '2024-01-01T00:00:00Z/A']) {
    const { error } = await get(`/v1/ticks?before=${before}`);
    assert.match(error.message, /before: expected an ISO 8601 instant in UTC, or what next said/);
  }
});

test('a schedule is paused and resumed, and says by whom', async () => {
  const paused = { at: '2024-01-01T00:00:00.000Z', by: 'ada', reason: 'look' };
  const answer = await post('/v1/pipelines/a:pause', { by: 'ada', reason: 'look' });
  assert.deepEqual(answer, { status: 200, body: { pipeline: 'a', paused } });
  assert.deepEqual((await post('/v1/pipelines/a:pause', { by: 'bob' })).body.paused, paused);
  assert.deepEqual(await get('/v1/pauses'), { pauses: [{ pipeline: 'a', paused }] });
  assert.deepEqual((await post('/v1/pipelines/a:resume')).body, { pipeline: 'a', paused: null });
  const { status, body } = await post('/v1/pipelines/unscheduled:pause');
  assert.deepEqual([status, body.error.code], [409, 'PIPELINE_UNSCHEDULED']);
  assert.equal((await post('/v1/pipelines/none:pause')).status, 404);
});

test('a backfill is previewed, made, shown, listed and cancelled', async () => {
  await setup.clock.advance(72 * hour);
  const range = { from: '2024-01-01', to: '2024-01-03' };
  const preview = await post('/v1/pipelines/a:backfill', { ...range, dryRun: true });
  assert.equal(preview.body.backfill, null);
  assert.equal(preview.body.dates.length, 3);
  assert.deepEqual(await get('/v1/backfills'), { backfills: [], next: null });

  const { body } = await post('/v1/pipelines/a:backfill', range);
  const { id, state, priority, progress } = body.backfill;
  assert.deepEqual([state, priority, progress.active, progress.waiting], ['running', 25, 1, 2]);
  const shown = await get(`/v1/backfills/${id}`);
  assert.deepEqual(
    shown.runs.map((run: { state: string | null }) => run.state),
    ['running', null, null],
  );
  assert.equal((await get('/v1/backfills?pipeline=a')).backfills[0].id, id);
  const other = (await post('/v1/pipelines/a:backfill', range)).body.backfill.id;
  const newest = await get('/v1/backfills?limit=1');
  assert.deepEqual(
    [newest.backfills[0].id, newest.backfills.length, newest.next],
    [other, 1, other],
  );
  const oldest = await get(`/v1/backfills?limit=1&before=${newest.next}`);
  assert.deepEqual([oldest.backfills[0].id, oldest.next], [id, null]);
  const cancelled = await post(`/v1/backfills/${id}:cancel`);
  assert.deepEqual([cancelled.status, cancelled.body.state], [202, 'cancelling']);
  assert.equal((await post(`/v1/backfills/${id}:cancel`)).body.error.code, 'BACKFILL_NOT_ACTIVE');
  assert.equal((await post('/v1/backfills/none:cancel')).status, 404);
});

test('bad ranges are refused, naming the field', async () => {
  const refused = async (body: object, message: RegExp) => {
    const answer = await post('/v1/pipelines/a:backfill', body);
    assert.equal(answer.status, 400);
    assert.match(answer.body.error.message, message);
  };
  await refused({ from: '2024-02-30', to: '2024-03-01' }, /from: expected a calendar date/);
  await refused({ from: '2024-01-02', to: '2024-01-01' }, /to: expected 2024-01-02/);
  await refused({ from: '2024-01-01', to: '2024-01-01', concurrency: 0 }, /concurrency/);
});
