import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ReceivedRequest {
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** A real HTTP server that keeps what it is sent and answers as a test says. */
export async function httpReceiver() {
  const requests: ReceivedRequest[] = [];
  let behave: 'accept' | 'refuse' | 'hang' | 'redirect' = 'accept';
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    requests.push({ path: request.url ?? '', headers: request.headers, body });
    if (behave === 'hang') return;
    if (behave === 'redirect') response.setHeader('location', '/elsewhere');
    response.statusCode = { accept: 200, refuse: 503, redirect: 307 }[behave];
    response.end('the body of the answer');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    behave(how: typeof behave) {
      behave = how;
    },
    async close() {
      if (!server.listening) return;
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
