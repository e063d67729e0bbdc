import { TriadError } from '../errors/triad-error.ts';

type Kind =
  | 'STATE_UNREACHABLE'
  | 'STATE_ACCESS_DENIED'
  | 'STATE_BUSY'
  | 'DISK_FULL'
  | 'STATE_CORRUPT';

/** Beginnings of SQLSTATE codes (postgresql.org/docs/current/errcodes-appendix.html); longest first. */
const kinds: [prefix: string, kind: Kind][] = [
  ['40001', 'STATE_BUSY'], // serialization_failure
  ['40P01', 'STATE_BUSY'], // deadlock_detected
  ['55P03', 'STATE_BUSY'], // lock_not_available
  ['53100', 'DISK_FULL'],
  ['53', 'STATE_UNREACHABLE'], // other insufficient resources, such as too many connections
  ['08', 'STATE_UNREACHABLE'], // connection exception
  ['57P', 'STATE_UNREACHABLE'], // operator intervention: shut down, starting up
  ['25006', 'STATE_UNREACHABLE'], // read-only: a standby that is not promoted yet
  ['28', 'STATE_ACCESS_DENIED'], // invalid authorization
  ['3D', 'STATE_ACCESS_DENIED'], // no such database
  ['42501', 'STATE_ACCESS_DENIED'], // insufficient privilege
  ['XX001', 'STATE_CORRUPT'],
  ['XX002', 'STATE_CORRUPT'],
];

/** What Node and the driver say when a connection cannot be made, or breaks. */
const network = /^(ECONN|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EPIPE|ENOENT$)/;
const brokenConnection =
  /connection terminated|connection error|not queryable|query read timeout|timeout exceeded when trying to connect/i;

/** Turns the failures of Postgres that a user can act on, or that pass, into coded errors. */
export function toPostgresError(error: unknown, database: string): unknown {
  if (!(error instanceof Error) || error instanceof TriadError) return error;
  const kind = kindOf(error);
  if (!kind) return error;
  const reason = reasonOf(error);
  const details = { database, path: database, reason };
  return new TriadError(kind, details, { cause: error });
}

function kindOf(error: Error): Kind | undefined {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  // The system's names of errors have five letters at times, as codes of SQL have.
  if (network.test(code)) return 'STATE_UNREACHABLE';
  if (code === '' && brokenConnection.test(error.message)) return 'STATE_UNREACHABLE';
  return kinds.find(([prefix]) => code.startsWith(prefix))?.[1];
}

/** Addresses that were all tried in vain are an `AggregateError` without a message of its own. */
function reasonOf(error: Error): string {
  if (error.message !== '') return error.message;
  return error instanceof AggregateError ? error.errors.map(String).join('; ') : error.name;
}
