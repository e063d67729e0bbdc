import assert from 'node:assert/strict';
import type { RequestListener } from 'node:http';
import { after, describe, test } from 'node:test';
import { httpJson } from '@triad/shared/http/http-json.ts';
import { listen } from '@triad/shared/http/listen.ts';

describe('asking a service', () => {
  const routes: Record<string, RequestListener> = {
    '/echo': (request, response) => {
      const { method, headers } = request;
      request.setEncoding('utf8');
      request.on('data', (body) =>
        response.end(JSON.stringify({ method, type: headers['content-type'], body })),
      );
    },
    '/empty': (_request, response) => response.writeHead(204).end(),
    '/error': (_request, response) =>
      response
        .writeHead(404)
        .end(JSON.stringify({ error: { code: 'NOT_FOUND', message: 'No such.', fix: 'Look.' } })),
    '/newer': (_request, response) =>
      response
        .writeHead(400)
        .end(JSON.stringify({ error: { code: 'OF_TOMORROW', message: 'Hm.', fix: 'Wait.' } })),
    '/proxy': (_request, response) => response.writeHead(502).end('<html>Bad gateway</html>'),
    '/hang': () => {},
  };
  const server = listen((request, response) => routes[request.url ?? '']?.(request, response), {
    host: '127.0.0.1',
    port: 0,
    service: 'x',
    variable: 'X',
    drainMs: 0,
  });
  const ask = async (path: string, more: { body?: unknown; timeoutMs?: number } = {}) =>
    httpJson({ service: 'orchestrator', url: `${(await server).url}${path}`, ...more });
  after(async () => (await server).close());

  test('a body is posted as JSON and the answer parsed', async () => {
    assert.deepEqual(await ask('/echo', { body: { a: 1 } }), {
      method: 'POST',
      type: 'application/json',
      body: '{"a":1}',
    });
  });

  test('an answer without a body is undefined', async () => {
    assert.equal(await ask('/empty'), undefined);
  });

  test('an error body is thrown with its code, words and retryability', async () => {
    await assert.rejects(ask('/error'), {
      code: 'NOT_FOUND',
      message: 'No such.',
      fix: 'Look.',
      retryable: false,
      httpStatus: 404,
    });
  });

  test('a code that this build does not know is INTERNAL and still named', async () => {
    await assert.rejects(ask('/newer'), { code: 'INTERNAL', message: /OF_TOMORROW: Hm\./ });
  });

  test('an answer that is not Triad’s is SERVICE_UNREACHABLE', async () => {
    await assert.rejects(ask('/proxy'), { code: 'SERVICE_UNREACHABLE', message: /502/ });
  });

  test('no answer in time is SERVICE_UNREACHABLE', async () => {
    await assert.rejects(ask('/hang', { timeoutMs: 20 }), {
      code: 'SERVICE_UNREACHABLE',
      message: /orchestrator at .* no answer in time/,
      retryable: true,
    });
  });

  test('a refused connection is SERVICE_UNREACHABLE with the reason', async () => {
    const url = 'http://127.0.0.1:1';
    await assert.rejects(httpJson({ service: 'invoker', url }), {
      code: 'SERVICE_UNREACHABLE',
      message: /invoker at http:\/\/127\.0\.0\.1:1 .*(ECONNREFUSED|bad port)/,
    });
  });
});
