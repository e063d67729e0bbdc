import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';

const script = resolve(import.meta.dirname, '../../../docker/cloud-run/test-revision');

describe('docker/cloud-run/test-revision', () => {
  let state = '';
  const asked: string[] = [];
  const server = createServer(async (request, answer) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    asked.push(`${request.method} ${request.url} ${request.headers.authorization} ${body}`);
    answer.statusCode = state === 'refused' ? 401 : 200;
    answer.setHeader('content-type', 'application/json');
    answer.end(JSON.stringify({ runId: 'r1', state }));
  });
  let url = '';
  before(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => server.close());

  const run = async (end: string) => {
    state = end;
    asked.length = 0;
    const child = spawn(script, [url, 'rfm', '2026-01-31'], {
      env: { ...process.env, TOKEN: 'secret' },
      stdio: 'ignore',
    });
    const [code] = await once(child, 'exit');
    return code as number;
  };

  test('succeeds when the run does', async () => {
    assert.equal(await run('succeeded'), 0);
    assert.deepEqual(asked, [
      'POST /v1/runs Bearer secret {"pipeline":"rfm","runDate":"2026-01-31"}',
      'GET /v1/runs/r1 Bearer secret ',
    ]);
  });

  test('fails when the run fails, is cancelled or is refused', async () => {
    for (const how of ['failed', 'cancelled', 'refused']) assert.notEqual(await run(how), 0, how);
  });
});
