import { isIPv4 } from 'node:net';
import { TriadError } from '../errors/triad-error.ts';

/** Whether only this machine can reach what listens on `host`. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));

/** What `TRIAD_AUTH` means for services on `host`. Without tokens beyond loopback: `CONFIG_INVALID`. */
export function requiresToken(auth: 'auto' | 'on' | 'off', host: string): boolean {
  if (auth === 'off' && !isLoopback(host)) {
    const expected = `expected on or auto, since TRIAD_HOST ${host} can be reached from elsewhere`;
    throw new TriadError('CONFIG_INVALID', { field: 'TRIAD_AUTH', expected });
  }
  return auth === 'on' || (auth === 'auto' && !isLoopback(host));
}

/** The secret of the services, which they cannot do without where tokens are required. */
export function requiredServiceToken(serviceToken: string | undefined): string {
  if (serviceToken !== undefined) return serviceToken;
  const expected = 'expected a secret of at least 32 characters, since requests need a token here';
  throw new TriadError('CONFIG_INVALID', { field: 'TRIAD_SERVICE_TOKEN', expected });
}
