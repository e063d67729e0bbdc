import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import { httpApp } from '@triad/shared/http/http-app.ts';
import request from 'supertest';
import { recordingLogger } from '../../harness/recording-logger.ts';

describe('an HTTP app', () => {
  const { log, lines } = recordingLogger();
  const app = httpApp({
    log,
    bodyLimit: '1kb',
    routes(app) {
      app.post('/echo', (request, response) => void response.json({ got: request.body ?? null }));
      app.get('/coded', () => {
        throw new TriadError('NOT_FOUND', { what: 'job', name: 'x' });
      });
      app.get('/bug', async () => {
        throw new RangeError('a secret detail');
      });
      app.get('/items/:name', (request, response) => void response.json(request.params));
    },
  });

  test('a JSON body reaches its route', async () => {
    const answer = await request(app).post('/echo').send({ a: 1 });
    assert.deepEqual(answer.body, { got: { a: 1 } });
  });

  test('a POST without a body is no error of its own', async () => {
    assert.deepEqual((await request(app).post('/echo')).body, { got: null });
  });

  test('malformed JSON is BODY_MALFORMED', async () => {
    const answer = await request(app)
      .post('/echo')
      .set('content-type', 'application/json')
      .send('{"a":');
    assert.equal(answer.status, 400);
    assert.equal(answer.body.error.code, 'BODY_MALFORMED');
    assert.deepEqual(Object.keys(answer.body.error), ['code', 'message', 'fix']);
  });

  for (const type of ['application/x-www-form-urlencoded', 'text/plain']) {
    test(`a ${type} body is refused, although it holds JSON`, async () => {
      const answer = await request(app).post('/echo').set('content-type', type).send('{"a":1}');
      assert.equal(answer.status, 400);
      assert.equal(answer.body.error.code, 'BODY_MALFORMED');
      assert.match(answer.body.error.message, new RegExp(type));
    });
  }

  test('a body over the limit is BODY_TOO_LARGE and names the limit', async () => {
    const answer = await request(app)
      .post('/echo')
      .send({ a: 'x'.repeat(2000) });
    assert.equal(answer.status, 413);
    assert.equal(answer.body.error.code, 'BODY_TOO_LARGE');
    assert.match(answer.body.error.message, /1024 bytes/);
  });

  test('a coded error answers with its status, message and fix', async () => {
    const answer = await request(app).get('/coded');
    assert.equal(answer.status, 404);
    assert.deepEqual(answer.body, {
      error: {
        code: 'NOT_FOUND',
        message: 'No job named x.',
        fix: 'List what exists and use one of those names.',
      },
    });
  });

  test('a bug answers INTERNAL without its stack, which is in the log', async () => {
    const answer = await request(app).get('/bug');
    assert.equal(answer.status, 500);
    assert.equal(answer.body.error.code, 'INTERNAL');
    assert.doesNotMatch(answer.text, /http-app\.test/);
    const logged = lines.find(({ level }) => level === 'error');
    assert.ok(logged && 'err' in logged.fields && logged.fields.err instanceof RangeError);
  });

  test('an unknown route is ROUTE_NOT_FOUND', async () => {
    const answer = await request(app).get('/nothing');
    assert.equal(answer.status, 404);
    assert.equal(answer.body.error.code, 'ROUTE_NOT_FOUND');
  });

  test('a badly encoded URL is the client’s error', async () => {
    const answer = await request(app).get('/items/%E0%A4%A');
    assert.equal(answer.status, 400);
    assert.equal(answer.body.error.code, 'INPUT_INVALID');
  });
});
