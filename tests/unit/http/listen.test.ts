import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, get, type ServerResponse } from 'node:http';
import { test } from 'node:test';
import { listen } from '@triad/shared/http/listen.ts';

const options = { host: '127.0.0.1', port: 0, service: 'invoker', variable: 'TRIAD_INVOKER_PORT' };

test('listening on port 0 gives the URL to reach it at', async () => {
  const server = await listen((_request, response) => void response.end('hello'), options);
  assert.equal(await (await fetch(server.url)).text(), 'hello');
  await server.close();
  await assert.rejects(fetch(server.url));
});

test('a taken port is PORT_IN_USE and says which variable moves it', async () => {
  const first = await listen(() => {}, options);
  await assert.rejects(
    listen(() => {}, { ...options, port: first.port }),
    (error: Error) => {
      assert.match(error.message, new RegExp(`Port ${first.port} of invoker`));
      return 'fix' in error && /TRIAD_INVOKER_PORT/.test(String(error.fix));
    },
  );
  await first.close();
});

test('closing lets a request that is being answered finish', async () => {
  const { promise: arrived, resolve: arrive } = Promise.withResolvers<ServerResponse>();
  const server = await listen((request, response) => {
    if (request.url === '/slow') arrive(response);
    else response.end();
  }, options);
  const agent = new Agent({ keepAlive: true });
  const [idle] = await once(get(`${server.url}/`, { agent }), 'response');
  idle.resume();
  const slow = once(get(`${server.url}/slow`), 'response');
  const response = await arrived;
  const closed = server.close();
  response.end('done');
  const [answer] = await slow;
  assert.equal(answer.statusCode, 200);
  answer.resume();
  await closed;
  agent.destroy();
});

test('closing does not wait for ever for a request that hangs', async () => {
  const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>();
  const server = await listen(() => arrive(), { ...options, drainMs: 10 });
  const hanging = assert.rejects(fetch(server.url));
  await arrived;
  await server.close();
  await hanging;
});
