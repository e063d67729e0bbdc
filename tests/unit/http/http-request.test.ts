import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { httpRequest } from '@triad/shared/http/http-request.ts';

const server = createServer((request, response) => {
  if (request.url === '/hang') return;
  if (request.url === '/broken') {
    response.writeHead(200, { 'content-length': 10 });
    return response.write('half', () => response.destroy());
  }
  const text: string[] = [];
  request.setEncoding('utf8').on('data', (chunk) => text.push(chunk));
  request.on('end', () => {
    const port = request.socket.remotePort;
    response
      .writeHead(404)
      .end(JSON.stringify({ method: request.method, body: text.join(''), port }));
  });
});
let url = '';
before(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
after(() => server.close().closeAllConnections());

const inTime = () => AbortSignal.timeout(5000);
const ask = async (body: string) => {
  const { status, body: answer } = await httpRequest(url, {
    method: 'POST',
    body,
    signal: inTime(),
  });
  return { status, ...(JSON.parse(answer) as { method: string; body: string; port: number }) };
};

test('an answer of any status is given with its body', async () => {
  const { status, method, body } = await ask('"ö" 雪');
  assert.deepEqual([status, method, body], [404, 'POST', '"ö" 雪']);
});

test('a connection is used again', async () => {
  assert.equal((await ask('a')).port, (await ask('b')).port);
});

test('what aborts the exchange is thrown, before it and during it', async () => {
  const reason = new Error('enough');
  await assert.rejects(httpRequest(url, { signal: AbortSignal.abort(reason) }), reason);
  const stop = new AbortController();
  const hanging = httpRequest(`${url}/hang`, { signal: stop.signal });
  stop.abort(reason);
  await assert.rejects(hanging, reason);
});

test('an answer that breaks off is no answer', async () => {
  await assert.rejects(httpRequest(`${url}/broken`, { signal: inTime() }), { code: 'ECONNRESET' });
});

test('nobody who listens is a system error', async () => {
  const nobody = httpRequest('http://127.0.0.1:1', { signal: inTime() });
  await assert.rejects(nobody, { code: 'ECONNREFUSED' });
});
