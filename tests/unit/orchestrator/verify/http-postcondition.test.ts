import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { postcondition } from '@triad/shared/contracts/postcondition.ts';
import { verifyPostconditions } from '../../../../orchestrator/verify/verify-postconditions.ts';
import { availablePort } from '../../../harness/available-port.ts';
import { manifest } from '../../../harness/contract-documents.ts';

const answers: Record<string, [number, string]> = {
  '/json': [200, JSON.stringify({ items: [{ count: 7, name: 'x', note: null }] })],
  '/text': [200, 'hello'],
  '/large': [200, JSON.stringify('x'.repeat(2_000_000))],
  '/gone': [404, 'gone'],
  '/busy': [503, 'busy'],
};

let server: Server;
let origin = '';
before(async () => {
  server = createServer((request, response) => {
    const [path = ''] = (request.url ?? '').split('?');
    // `/silent` is never answered.
    const [status, body] = answers[path] ?? [];
    if (status !== undefined) response.writeHead(status).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});
after(() => {
  server.closeAllConnections();
  server.close();
});

const find = async (path: string, more: object = {}) => {
  const url = path.startsWith('http') ? path : `http://${origin}${path}`;
  const [finding] = await verifyPostconditions(
    [postcondition.parse({ kind: 'http', url, ...more })],
    { plan: { runDate: '2024-01-31', interval: null }, manifest, previous: async () => undefined },
  );
  assert.ok(finding);
  const { ok, expected, actual, undecided } = finding;
  return [ok, expected, actual, ...(undecided ? ['undecided'] : [])];
};
const at = (pointer: string, more: object = {}) => find('/json', { pointer, ...more });

test('the status is what is expected, by default 200', async () => {
  assert.deepEqual(await find('/text'), [true, 'status 200', 'status 200']);
  assert.deepEqual(await find('/gone'), [false, 'status 200', 'status 404']);
  assert.deepEqual(await find('/gone', { status: 404 }), [true, 'status 404', 'status 404']);
});

test('a value in the answer equals what it should, or lies within bounds', async () => {
  assert.deepEqual(await at('/items/0/count', { min: 7, max: 7 }), [
    true,
    'at least 7 and at most 7',
    '7',
  ]);
  assert.deepEqual(await at('/items/0/count', { min: 8 }), [false, 'at least 8', '7']);
  assert.deepEqual(await at('/items/0/name', { equals: 'x' }), [true, '"x"', '"x"']);
  assert.deepEqual(await at('/items/0/name', { equals: 'y' }), [false, '"y"', '"x"']);
  assert.deepEqual(await at('/items/0/note', { equals: null }), [true, 'null', 'null']);
  assert.deepEqual(await at('/items/0'), [true, 'a value', '{"count":7,"name":"x","note":null}']);
});

test('a value that is not there, or is no number, is within no bounds', async () => {
  assert.deepEqual(await at('/items/1/count', { min: 0 }), [false, 'at least 0', 'none']);
  assert.deepEqual(await at('/items/0/name', { min: 0 }), [false, 'at least 0', '"x"']);
  assert.deepEqual(await at('/items/1'), [false, 'a value', 'none']);
});

test('an answer that is no JSON, or too large to be one, has no values', async () => {
  const looked = { pointer: '/x', min: 0 };
  assert.deepEqual(await find('/text', looked), [false, 'a JSON answer', 'no JSON']);
  assert.deepEqual(await find('/large', looked), [
    false,
    'a JSON answer',
    'more than 1048576 bytes',
  ]);
});

test('no answer, no answer in time and a failing server may pass, and say so', async () => {
  assert.deepEqual(await find(`http://127.0.0.1:${await availablePort()}/x`), [
    false,
    'status 200',
    'ECONNREFUSED',
    'undecided',
  ]);
  assert.deepEqual(await find('/silent', { timeoutSeconds: 0.1 }), [
    false,
    'status 200',
    'no answer within 0.1 s',
    'undecided',
  ]);
  assert.deepEqual(await find('/busy'), [false, 'status 200', 'status 503', 'undecided']);
});

test('what may be secret in a URL is not told', async () => {
  const [finding] = await verifyPostconditions(
    [postcondition.parse({ kind: 'http', url: `http://${origin}/text?token=secret` })],
    { plan: { runDate: '2024-01-31', interval: null }, manifest, previous: async () => undefined },
  );
  assert.equal(finding?.name, `GET ${origin}/text`);
  assert.ok(!JSON.stringify(finding).includes('secret'));
});
