import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Ports on which nothing listens now, all different. Another program may take one before it is
 * used: whoever listens on it then gets `PORT_IN_USE`.
 */
export async function freePorts(host: string, count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, host);
      await once(server, 'listening');
      return server;
    }),
  );
  return Promise.all(
    servers.map(async (server) => {
      const address = server.address();
      server.close();
      await once(server, 'close');
      return typeof address === 'object' && address !== null ? address.port : 0;
    }),
  );
}
