import type { SecretManagerServiceClient } from '@google-cloud/secret-manager';
import { googleAuth } from '../access/google-auth.ts';
import { TriadError } from '../errors/triad-error.ts';
import { rpcCode, rpcCodeOf } from '../http/rpc-code.ts';
import type { SecretReader } from './secrets.ts';

export interface GoogleSecretReaderOptions {
  /** Another server, which needs no credentials, such as `http://127.0.0.1:8080`. @default Google's */
  endpoint?: string;
  /** How often Secret Manager is asked for one secret, while it cannot answer. @default 3 */
  attempts?: number;
}

/** For one request, in milliseconds. */
const REQUEST_LIMIT_MS = 5000;

/** Secrets of Google's Secret Manager; its library is loaded with the first one. */
export function googleSecretReader(options: GoogleSecretReaderOptions = {}): SecretReader {
  const { attempts = 3 } = options;
  let opened: Promise<SecretManagerServiceClient> | undefined;
  return async (version, variable) => {
    opened ??= open(options);
    try {
      const client = await opened;
      const [answer] = await client.accessSecretVersion(
        { name: version },
        {
          timeout: REQUEST_LIMIT_MS,
          retry: {
            retryCodes: [rpcCode.unavailable, rpcCode.resourceExhausted],
            backoffSettings: {
              initialRetryDelayMillis: 200,
              retryDelayMultiplier: 2,
              maxRetryDelayMillis: 2000,
              initialRpcTimeoutMillis: REQUEST_LIMIT_MS,
              rpcTimeoutMultiplier: 1,
              maxRpcTimeoutMillis: REQUEST_LIMIT_MS,
              maxRetries: attempts,
            },
          },
        },
      );
      const data = answer.payload?.data;
      if (data === undefined || data === null) throw new TriadError('SECRET_MISSING', { variable });
      return Buffer.from(data as Uint8Array).toString('utf8');
    } catch (error) {
      throw toTriad(error, variable);
    }
  };
}

async function open({ endpoint }: GoogleSecretReaderOptions): Promise<SecretManagerServiceClient> {
  const [{ SecretManagerServiceClient }, { GoogleAuth, PassThroughClient }] = await Promise.all([
    import('@google-cloud/secret-manager'),
    import('google-auth-library'),
  ]);
  // By HTTP, since a handful of requests at the start does not pay for a gRPC channel.
  if (endpoint === undefined) {
    const auth = await googleAuth({ scopes: SecretManagerServiceClient.scopes });
    return new SecretManagerServiceClient({ fallback: true, auth });
  }
  const { protocol, hostname, port } = new URL(endpoint);
  return new SecretManagerServiceClient({
    fallback: true,
    apiEndpoint: hostname,
    port: Number(port),
    protocol: protocol.replace(':', ''),
    auth: new GoogleAuth({ authClient: new PassThroughClient() }),
  });
}

function toTriad(error: unknown, variable: string): TriadError {
  if (error instanceof TriadError) return error;
  const cause = { cause: error };
  // Of gRPC, which the library also gives to answers by HTTP.
  const code = rpcCodeOf(error);
  switch (code) {
    case rpcCode.notFound:
    case rpcCode.failedPrecondition:
      return new TriadError('SECRET_MISSING', { variable }, cause);
    case rpcCode.permissionDenied:
    case rpcCode.unauthenticated: {
      const reason = 'Secret Manager refuses it.';
      return new TriadError('SECRET_ACCESS_DENIED', { variable, reason }, cause);
    }
  }
  if (code !== undefined) {
    const reason = `Secret Manager failed with gRPC status ${code}.`;
    return new TriadError('SECRET_UNREACHABLE', { variable, reason }, cause);
  }
  // Before any request was made.
  const reason = 'this process has no credentials that can be used.';
  return new TriadError('SECRET_ACCESS_DENIED', { variable, reason }, cause);
}
