import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { JobView } from '@triad/shared/contracts/job-view.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import { settled } from '../../harness/fake-clock.ts';
import { setUpInvoker } from '../../harness/invoker/invoker-setup.ts';
import { jobSpecWith } from '../../harness/job-spec.ts';

describe('asking for a job directly', () => {
  test('POST /invoke starts it and answers 202 with its name and when it was created', async () => {
    const { http, jobs } = await setUpInvoker();
    const answer = await http
      .post('/invoke')
      .send({ job: 'trainer', run_date: '2022-09-25', params: { horizon: 12 } });
    assert.equal(answer.status, 202);
    const [spec] = jobs.started;
    assert.deepEqual(answer.body, {
      name: spec?.id,
      displayName: 'trainer 2022-09-25',
      state: 'running',
      created: '2024-01-01T00:00:00.000Z',
    });
    assert.match(spec?.id ?? '', /^[0-9a-z]+:trainer:1$/);
    assert.equal(spec?.kind, 'train');
    assert.equal(spec?.runDate, '2022-09-25');
    assert.deepEqual(spec?.params, { horizon: 12 });
    assert.equal(spec?.pins.codeRevision, 'rev');
  });

  test('GET /invoke gives the same answer, by default for the sql-runner', async () => {
    const { http, jobs } = await setUpInvoker();
    const answer = await http.get('/invoke?run_date=2022-09-25');
    assert.equal(answer.status, 202);
    assert.equal(answer.body.displayName, 'sql-runner 2022-09-25');
    await http.get('/invoke?run_date=2022-09-25&job=score');
    assert.deepEqual(
      jobs.started.map(({ job, kind }) => [job, kind]),
      [
        ['sql-runner', 'sql'],
        ['score', 'container'],
      ],
    );
  });

  test('each request without a key starts a job of its own', async () => {
    const { http, jobs } = await setUpInvoker();
    await http.get('/invoke?run_date=2022-09-25');
    await http.get('/invoke?run_date=2022-09-25');
    assert.equal(new Set(jobs.started.map(({ id }) => id)).size, 2);
  });

  test('HEAD starts nothing', async () => {
    const { http, jobs } = await setUpInvoker();
    assert.equal((await http.head('/invoke?run_date=2022-09-25')).status, 404);
    assert.deepEqual(jobs.started, []);
  });

  test('a repeat with the same Idempotency-Key gives the same job, also at another time', async () => {
    const { http, jobs, clock } = await setUpInvoker();
    const ask = () =>
      http
        .post('/invoke')
        .set('Idempotency-Key', 'monday')
        .send({ job: 'score', run_date: '2022-09-25' });
    const answers = await Promise.all([ask(), ask(), ask()]);
    await clock.advance(60_000);
    answers.push(await ask());
    assert.deepEqual(
      answers.map(({ status }) => status),
      [202, 202, 202, 202],
    );
    assert.equal(new Set(answers.map(({ text }) => text)).size, 1);
    assert.equal(jobs.started.length, 1);
  });

  test('an Idempotency-Key cannot be used again for another request', async () => {
    const { http, jobs } = await setUpInvoker();
    await http.get('/invoke?run_date=2022-09-25').set('Idempotency-Key', 'k');
    const answer = await http.get('/invoke?run_date=2022-09-26').set('Idempotency-Key', 'k');
    assert.equal(answer.status, 422);
    assert.equal(answer.body.error.code, 'IDEMPOTENCY_KEY_REUSED');
    assert.equal(jobs.started.length, 1);
  });

  const refused = [
    { body: {}, status: 400, code: 'INPUT_INVALID', field: /job/ },
    { body: { job: 'score' }, status: 400, code: 'INPUT_INVALID', field: /run_date.*YYYY-MM-DD/ },
    {
      body: { job: 'score', run_date: '2022-02-30' },
      status: 400,
      code: 'INPUT_INVALID',
      field: /run_date.*YYYY-MM-DD/,
    },
    {
      body: { job: 'score', run_date: '2022-09-25', params: { a: [] } },
      status: 400,
      code: 'INPUT_INVALID',
      field: /params\.a/,
    },
    {
      body: { job: 'score', run_date: '2022-09-25', extra: 1 },
      status: 400,
      code: 'INPUT_INVALID',
      field: /extra/,
    },
    {
      body: { job: 'nothing', run_date: '2022-09-25' },
      status: 404,
      code: 'JOB_UNKNOWN',
      field: /nothing/,
    },
    {
      body: { job: 'sql-runner', run_date: '2022-09-25', kind: 'train' },
      status: 400,
      code: 'INPUT_INVALID',
      field: /kind.*sql-runner does: load, sql/,
    },
    {
      body: { job: 'score', run_date: '2022-09-25', kind: 'sql' },
      status: 400,
      code: 'INPUT_INVALID',
      field: /kind.*container/,
    },
  ];
  for (const { body, status, code, field } of refused) {
    test(`${JSON.stringify(body)} is refused, naming the field`, async () => {
      const { http, jobs } = await setUpInvoker();
      const answer = await http.post('/invoke').send(body);
      assert.equal(answer.status, status);
      assert.equal(answer.body.error.code, code);
      assert.match(answer.body.error.message, field);
      assert.notEqual(answer.body.error.fix, '');
      assert.deepEqual(jobs.started, []);
    });
  }

  for (const query of ['', '?run_date=yesterday', '?run_date=2022-09-25&jobs=score']) {
    test(`GET /invoke${query} is refused`, async () => {
      const { http, jobs } = await setUpInvoker();
      const answer = await http.get(`/invoke${query}`);
      assert.equal(answer.status, 400);
      assert.equal(answer.body.error.code, 'INPUT_INVALID');
      assert.deepEqual(jobs.started, []);
    });
  }

  test('malformed and oversized bodies are refused', async () => {
    const { http } = await setUpInvoker();
    const send = (text: string) =>
      http.post('/invoke').set('content-type', 'application/json').send(text);
    const malformed = await send('{"job": ');
    assert.equal(malformed.status, 400);
    assert.equal(malformed.body.error.code, 'BODY_MALFORMED');
    const oversized = await send(JSON.stringify({ job: 'x'.repeat(15 * 2 ** 20) }));
    assert.equal(oversized.status, 413);
    assert.equal(oversized.body.error.code, 'BODY_TOO_LARGE');
  });
});

describe('looking at jobs', () => {
  const withJob = async () => {
    const setup = await setUpInvoker();
    const { body } = await setup.http.get('/invoke?run_date=2022-09-25&job=score');
    return { ...setup, id: body.name as string };
  };

  test('GET /jobs lists them, GET /jobs/:id shows one', async () => {
    const { http, id, jobs } = await withJob();
    const job = await jobs.get(id);
    assert.deepEqual((await http.get('/jobs')).body, { jobs: [job], next: null });
    assert.deepEqual((await http.get(`/jobs/${id}`)).body, job);
    assert.deepEqual((await http.get(`/jobs/${encodeURIComponent(id)}`)).body, job);
  });

  test('GET /jobs lists them a page at a time', async () => {
    const { http, jobs } = await setUpInvoker();
    for (const step of ['a', 'b', 'c']) await jobs.launch(jobSpecWith({}, { id: `r1:${step}:1` }));
    const names = async (path: string) => {
      const { body } = await http.get(path);
      return [body.jobs.map(({ name }: JobView) => name), body.next];
    };
    assert.deepEqual(await names('/jobs?limit=2'), [['r1:c:1', 'r1:b:1'], 'r1:b:1']);
    assert.deepEqual(await names('/jobs?limit=2&before=r1:b:1'), [['r1:a:1'], null]);
    for (const query of ['limit=0', 'before=x', 'page=2']) {
      assert.equal((await http.get(`/jobs?${query}`)).status, 400, query);
    }
  });

  test('GET /jobs/:id/logs is plain text', async () => {
    const { http, id } = await withJob();
    const answer = await http.get(`/jobs/${id}/logs`);
    assert.match(answer.get('content-type') ?? '', /^text\/plain/);
    assert.equal(answer.text, `log of ${id}\n`);
  });

  test('POST /jobs/:id:cancel ends it, and is harmless when it has ended', async () => {
    const { http, id } = await withJob();
    const answer = await http.post(`/jobs/${id}:cancel`);
    assert.equal(answer.status, 200);
    assert.equal(answer.body.name, id);
    assert.equal(answer.body.state, 'cancelled');
    assert.equal((await http.post(`/jobs/${id}:cancel`)).status, 200);
  });

  test('an unknown job is NOT_FOUND everywhere', async () => {
    const { http } = await setUpInvoker();
    const answers = [
      await http.get('/jobs/no:such:1'),
      await http.get('/jobs/no:such:1/logs'),
      await http.post('/jobs/no:such:1:cancel'),
      await http.get('/jobs/..%2F..%2Fetc%2Fpasswd'),
    ];
    for (const answer of answers) {
      assert.equal(answer.status, 404);
      assert.equal(answer.body.error.code, 'NOT_FOUND');
    }
  });
});

describe('the health check', () => {
  test('answers 204 when all ports answer', async () => {
    const { http } = await setUpInvoker();
    const answer = await http.get('/healthcheck');
    assert.equal(answer.status, 204);
    assert.equal(answer.text, '');
  });

  test('answers 503 with every reason otherwise', async () => {
    const { http, messenger, jobs } = await setUpInvoker();
    messenger.isDown = true;
    const details = { job: 'trainer', end: 'exit code 1', log: 'x.log' };
    jobs.failure = new TriadError('WORKER_DIED', details);
    const answer = await http.get('/healthcheck');
    assert.equal(answer.status, 503);
    assert.equal(answer.body.status, 'unavailable');
    assert.deepEqual(
      answer.body.reasons.map(({ port, code }: { port: string; code: string }) => [port, code]),
      [
        ['jobs', 'WORKER_DIED'],
        ['messenger', 'SERVICE_UNREACHABLE'],
      ],
    );
  });

  test('a port that does not answer in time counts as down', async () => {
    const { http, messenger, clock } = await setUpInvoker();
    messenger.hangs = true;
    const answering = http.get('/healthcheck').then((answer) => answer);
    // The other two have answered when theirs is the only timer left.
    while (clock.pending !== 1) await settled();
    await clock.advance(2000);
    const answer = await answering;
    assert.equal(answer.status, 503);
    assert.equal(answer.body.reasons[0].port, 'messenger');
    assert.equal(answer.body.reasons[0].code, 'CHECK_TIMEOUT');
  });
});
