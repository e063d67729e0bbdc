import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isSystemError } from '../errors/system-error.ts';
import { TriadError } from '../errors/triad-error.ts';

export interface ListenOptions {
  host: string;
  /** 0 takes any free port. */
  port: number;
  /** For the error when the port is taken. */
  service: string;
  /** The environment variable that sets the port, for the same error. */
  variable: string;
  /** How long `close` waits for requests that are being answered. @default 5000 */
  drainMs?: number;
}

export interface Listening {
  /** Without a slash at the end. */
  url: string;
  port: number;
  /** Takes no more requests, lets the current ones end, then closes every connection. */
  close(): Promise<void>;
}

/** Serves `app` on an address. A port that is taken is `PORT_IN_USE`. */
export async function listen(app: RequestListener, options: ListenOptions): Promise<Listening> {
  const { host, service, variable } = options;
  const server = createServer(app);
  server.on('request', (_request, response) => {
    // A kept-alive connection that falls idle after `close` would hold it up until it times out.
    response.once(
      'close',
      () => server.listening || setImmediate(() => server.closeIdleConnections()),
    );
  });
  try {
    server.listen(options.port, host);
    await once(server, 'listening');
  } catch (error) {
    if (!isSystemError(error, 'EADDRINUSE')) throw error;
    throw new TriadError(
      'PORT_IN_USE',
      { port: options.port, service, variable },
      { cause: error },
    );
  }
  const { port } = server.address() as AddressInfo;
  const authority = host.includes(':') ? `[${host}]` : host;
  return {
    url: `http://${authority}:${port}`,
    port,
    close: () => drain(server, options.drainMs ?? 5000),
  };
}

async function drain(server: Server, drainMs: number): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  const hurry = setTimeout(() => server.closeAllConnections(), drainMs);
  await closed;
  clearTimeout(hurry);
}
