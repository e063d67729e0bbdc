import { TriadError, toTriadError } from '../errors/triad-error.ts';
import { rpcCode, rpcCodeOf } from '../http/rpc-code.ts';

/** What was asked for when the error came. */
export interface PubsubResource {
  kind: 'topic' | 'subscription';
  /** Its name in Triad. */
  name: string;
  /** Its full name, such as `projects/p/topics/t`. */
  resource: string;
}

/** What Pub/Sub asks its clients to try again (cloud.google.com/pubsub/docs/reference/error-codes). */
const passing: ReadonlySet<number> = new Set([
  rpcCode.cancelled,
  rpcCode.unknown,
  rpcCode.deadlineExceeded,
  rpcCode.aborted,
  rpcCode.internal,
  rpcCode.unavailable,
]);

/** For the client's own attempts within one call. A quota is not asked again at once. */
export const retriedCodes: number[] = [...passing];

const network =
  /\b(ECONN\w+|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EPIPE)\b|socket hang up|network timeout/;
/** What `google-auth-library` says where it finds nothing that it could log in with. */
const noCredentials =
  /default credentials|does not exist, or it is not a file|invalid_grant|credentials? JSON|No key or keyFile|Getting metadata from plugin failed/i;
const closed = /closed PubSub object|client has already been closed/i;

/** Any failure of the SDK as a coded error. */
export function toPubsubError(
  error: unknown,
  { kind, name, resource }: PubsubResource,
): TriadError {
  if (error instanceof TriadError) return error;
  const reason = reasonOf(error);
  const cause = { cause: error };
  const unavailable = () => new TriadError('MESSENGER_UNAVAILABLE', { resource, reason }, cause);
  const withoutCredentials = () =>
    new TriadError('MESSENGER_CREDENTIALS_MISSING', { reason }, cause);
  const code = rpcCodeOf(error);
  switch (code) {
    case rpcCode.notFound: {
      if (/\bproject\b[^/]*\bnot (be )?found\b/i.test(reason)) {
        const project = resource.split('/')[1] ?? '';
        return new TriadError('NOT_FOUND', { what: 'Google Cloud project', name: project }, cause);
      }
      return new TriadError('NOT_FOUND', { what: kind, name: `${name} (${resource})` }, cause);
    }
    case rpcCode.permissionDenied:
      return new TriadError('MESSENGER_DENIED', { resource, reason }, cause);
    case rpcCode.resourceExhausted:
      return new TriadError('MESSENGER_QUOTA', { resource, reason }, cause);
    case rpcCode.unauthenticated:
      // A token that could not be fetched counts as none, also when the network is the reason.
      return network.test(reason) ? unavailable() : withoutCredentials();
  }
  if (closed.test(reason)) return new TriadError('SERVICE_STOPPING', {}, cause);
  if (noCredentials.test(reason) && !network.test(reason)) return withoutCredentials();
  if ((code !== undefined && passing.has(code)) || network.test(reason)) return unavailable();
  return toTriadError(error);
}

/** Without the list of all earlier attempts, which the SDK puts behind the last one. */
function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return (message.split(/ ?: Previous errors : \[/)[0] ?? message).trim();
}
