import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listen } from '@triad/shared/http/listen.ts';
import { HttpWorkload } from '../../../../orchestrator/reconcile/http-workload.ts';

const checkOf = async (status: number, body?: unknown) => {
  const server = await listen(
    (_request, response) => response.writeHead(status).end(body && JSON.stringify(body)),
    { host: '127.0.0.1', port: 0, service: 'invoker', variable: 'none', drainMs: 0 },
  );
  try {
    await new HttpWorkload(server.url).check();
  } finally {
    await server.close();
  }
};

test('an invoker that is well passes the check', () => checkOf(204));

test('what keeps an invoker from working is told with its reasons', async () => {
  const fix = 'Free space.';
  const reasons = [
    { port: 'artifacts', code: 'DISK_FULL', message: 'The disk is full.', fix },
    { port: 'jobs', code: 'CHECK_TIMEOUT', message: 'No answer.', fix },
  ];
  await assert.rejects(checkOf(503, { status: 'unavailable', reasons }), {
    code: 'SERVICE_UNAVAILABLE',
    message:
      `The invoker cannot work: artifacts: DISK_FULL: The disk is full. To fix: ${fix} ` +
      `jobs: CHECK_TIMEOUT: No answer. To fix: ${fix}`,
  });
});

test("an answer that is not the invoker's, and none at all, is SERVICE_UNREACHABLE", async () => {
  await assert.rejects(checkOf(502, 'bad gateway'), {
    code: 'SERVICE_UNREACHABLE',
    message: /it answered 502 without a readable body/,
  });
  await assert.rejects(new HttpWorkload('http://127.0.0.1:1').check(), {
    code: 'SERVICE_UNREACHABLE',
  });
});
