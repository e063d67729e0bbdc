import { once } from 'node:events';
import { createServer } from 'node:net';
import { isSystemError } from '@triad/shared/errors/system-error.ts';
import type { ServiceName } from '../system/services.ts';
import { type DoctorCheck, fail, ok, warn } from './finding.ts';

/** Whether the service could listen where `triad up` will make it listen. */
export const checkPort = (service: ServiceName): DoctorCheck => ({
  name: `${service} port`,
  async examine({ context: { config }, system }) {
    const { port } = config[service];
    if (system && new URL(system[service]).port === String(port)) {
      return ok(`${port}, used by the running system`);
    }
    const taken = await bindError(config.host, port);
    if (!taken) return ok(port === 0 ? 'any free one' : String(port));
    const variable = `TRIAD_${service.toUpperCase()}_PORT`;
    if (isSystemError(taken, 'EADDRINUSE')) {
      const remedy = `Stop the program that holds it, or set ${variable} to a free port.`;
      return warn(`${port} is held by another program; only triad up needs it`, remedy);
    }
    const remedy = `Set TRIAD_HOST to an address of this machine and ${variable} to a free port.`;
    return fail(`${config.host}:${port}: ${String(taken)}`, remedy);
  },
});

async function bindError(host: string, port: number): Promise<unknown> {
  const server = createServer();
  try {
    await once(server.listen(port, host), 'listening');
    server.close();
    await once(server, 'close');
    return undefined;
  } catch (error) {
    return error;
  }
}
