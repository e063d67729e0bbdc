import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listen } from '@triad/shared/http/listen.ts';
import { HttpJobLogs } from '../../../orchestrator/logs/http-job-logs.ts';

const textFrom = async (status: number) => {
  let asked: string | undefined;
  const server = await listen(
    (incoming, response) => {
      asked = `${incoming.headers.authorization} ${incoming.url}`;
      response.writeHead(status).end('line\n');
    },
    { host: '127.0.0.1', port: 0, service: 'invoker', variable: 'none', drainMs: 0 },
  );
  try {
    const text = await new HttpJobLogs(server.url, 'secret').textOf('r1:train:1');
    return { text, asked };
  } finally {
    await server.close();
  }
};

test("the invoker is asked with the services' secret", async () => {
  const asked = 'Bearer secret /jobs/r1%3Atrain%3A1/logs';
  assert.deepEqual(await textFrom(200), { text: 'line\n', asked });
});

test('a job that has not started has printed nothing', async () => {
  assert.equal((await textFrom(404)).text, '');
});

test('an invoker that answers anything else, or not at all, is SERVICE_UNREACHABLE', async () => {
  await assert.rejects(textFrom(500), { code: 'SERVICE_UNREACHABLE', message: /it answered 500/ });
  await assert.rejects(new HttpJobLogs('http://127.0.0.1:1').textOf('r1:train:1'), {
    code: 'SERVICE_UNREACHABLE',
  });
});
