import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serviceOr } from '@triad/shared/access/service-token.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import { attemptSpan, parseTraceparent } from '@triad/shared/tracing/span-context.ts';
import type { FinishedSpan } from '@triad/shared/tracing/tracer.ts';
import request from 'supertest';
import { createInvoker } from '../../../invoker/invoker.ts';
import { startJob } from '../../../invoker/start-job.ts';
import { commandWith, setUpInvoker } from '../../harness/invoker/invoker-setup.ts';
import { recordingLogger } from '../../harness/recording-logger.ts';

const secret = 's'.repeat(32);

test('with a secret every route but the two of health is for services alone', async () => {
  const { artifacts, jobs, messenger, clock } = await setUpInvoker();
  const { log } = recordingLogger();
  const { app } = createInvoker({
    artifacts,
    jobs,
    messenger,
    clock,
    ids: { next: () => 'i1' },
    log,
    codeRevision: 'rev',
    guard: { authenticate: serviceOr(secret) },
  });
  const routes = ['/healthcheck', '/jobs', '/jobs/x', '/jobs/x/logs', '/metrics', '/invoke', '/x'];
  for (const path of routes) {
    assert.equal((await request(app).get(path)).status, 401, path);
    const known = await request(app)
      .get(path)
      .set({ authorization: `Bearer ${secret}` });
    assert.ok(![401, 403].includes(known.status), path);
  }
  for (const path of ['/pubsub/push', '/jobs/x:cancel', '/invoke']) {
    assert.equal((await request(app).post(path).send({})).status, 401, path);
  }
  for (const path of ['/healthz', '/readyz']) {
    assert.equal((await request(app).get(path)).status, 204, path);
  }
  jobs.failure = new TriadError('JOB_ACCESS_DENIED', { service: 'Vertex AI', reason: 'a secret' });
  await clock.advance(3000);
  for (const authorization of ['', 'Bearer guessed']) {
    const answer = await request(app).get('/readyz').set({ authorization });
    assert.deepEqual([answer.status, answer.body], [503, { status: 'unavailable' }]);
  }
  const known = await request(app)
    .get('/readyz')
    .set({ authorization: `Bearer ${secret}` });
  assert.equal(known.body.reasons[0].code, 'JOB_ACCESS_DENIED');
});

test('an invoker that cannot start jobs, or is stopping, is not ready and says why', async () => {
  const { http, jobs, invoker, clock } = await setUpInvoker();
  jobs.failure = new TriadError('JOB_LOST');
  const broken = await http.get('/readyz');
  assert.equal(broken.status, 503);
  assert.deepEqual(
    [broken.body.reasons[0].port, broken.body.reasons[0].code],
    ['jobs', 'JOB_LOST'],
  );
  jobs.failure = undefined;
  await clock.advance(3000);
  assert.equal((await http.get('/readyz')).status, 204);
  invoker.drain();
  assert.equal((await http.get('/readyz')).body.reasons[0].code, 'SERVICE_STOPPING');
  assert.equal((await http.get('/healthz')).status, 204);
});

test('the span of a launch lies under its attempt and over its job, also when it fails', async () => {
  const { jobs, clock } = await setUpInvoker();
  const spans: FinishedSpan[] = [];
  const tracer = { record: (span: FinishedSpan) => void spans.push(span), async close() {} };
  const command = commandWith();
  const { traceId, spanId } = attemptSpan(command.id);
  const traceparent = `00-${traceId}-${spanId}-01`;
  let handed: string | undefined;
  const launch = (spec: typeof command, given?: string) => {
    handed = given;
    return jobs.launch(spec);
  };
  const options = { jobs: Object.assign(Object.create(jobs), { launch }), clock, tracer };

  jobs.failure = new TriadError('JOB_LOST');
  await assert.rejects(startJob(options, command, { traceparent }), { code: 'JOB_LOST' });
  jobs.failure = undefined;
  await clock.advance(1000);
  await startJob(options, command, { traceparent });
  // The job exists: nothing is launched, and there is nothing to tell.
  await startJob(options, command, { traceparent });

  assert.deepEqual(
    spans.map(({ error, parent }) => [error?.code, parent]),
    [
      ['JOB_LOST', { traceId, spanId }],
      [undefined, { traceId, spanId }],
    ],
  );
  assert.notDeepEqual(spans[0]?.context, spans[1]?.context);
  await startJob(
    { ...options, tracer },
    commandWith({ id: 'r9:step:1', runId: 'r9', step: 'step' }),
  );
  assert.deepEqual(parseTraceparent(handed), spans[2]?.context);
  assert.equal(spans[2]?.parent, undefined, 'a job that was asked for directly begins a trace');
});
