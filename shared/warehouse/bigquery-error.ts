import type { ErrorCode } from '../errors/catalogue.ts';
import { TriadError } from '../errors/triad-error.ts';

/** What went wrong, as BigQuery tells it: in an HTTP answer or as the end of a job. */
export interface Failure {
  /** Its word for the kind of error: https://cloud.google.com/bigquery/docs/error-messages */
  reason: string;
  message: string;
  /** Of an HTTP answer. */
  status?: number;
  /** The header of this name: how long it wants us to wait. */
  retryAfter?: string;
}

const codes: Record<string, ErrorCode> = {
  accessDenied: 'WAREHOUSE_DENIED',
  billingNotEnabled: 'WAREHOUSE_DENIED',
  blocked: 'WAREHOUSE_DENIED',
  bytesBilledLimitExceeded: 'WAREHOUSE_COST_LIMIT',
  responseTooLarge: 'WAREHOUSE_MEMORY',
  resourcesExceeded: 'WAREHOUSE_MEMORY',
  quotaExceeded: 'WAREHOUSE_QUOTA',
  rateLimitExceeded: 'WAREHOUSE_QUOTA',
  userRateLimitExceeded: 'WAREHOUSE_QUOTA',
  jobRateLimitExceeded: 'WAREHOUSE_QUOTA',
  duplicate: 'WAREHOUSE_CONFLICT',
  backendError: 'WAREHOUSE_UNAVAILABLE',
  internalError: 'WAREHOUSE_UNAVAILABLE',
  jobBackendError: 'WAREHOUSE_UNAVAILABLE',
  jobInternalError: 'WAREHOUSE_UNAVAILABLE',
  tableUnavailable: 'WAREHOUSE_UNAVAILABLE',
  timeout: 'WAREHOUSE_UNAVAILABLE',
};

const byStatus: Record<number, ErrorCode> = {
  401: 'WAREHOUSE_DENIED',
  403: 'WAREHOUSE_DENIED',
  429: 'WAREHOUSE_QUOTA',
  500: 'WAREHOUSE_UNAVAILABLE',
  502: 'WAREHOUSE_UNAVAILABLE',
  503: 'WAREHOUSE_UNAVAILABLE',
  504: 'WAREHOUSE_UNAVAILABLE',
};

/** How BigQuery says that another transaction changed the same table. */
const conflict = /aborted due to concurrent update|could not serialize access/i;
/** What the checks of our own scripts say when what they read has changed. */
export const changedMeanwhile = 'what the transaction read has changed';
/** The analyzer's word, whatever reason stands beside it. */
const invalidStatement = /\bINVALID_ARGUMENT\b|^failed to analyze\b/;
/** `Not found: Project shop-1`, for whatever was asked of a project that is none. */
const unknownProject = /\bnot found: project (?:id )?['"`]?([\w.:-]*\w)/i;
const noCredentials = /Could not load the default credentials|invalid_grant|unable to impersonate/i;
/** What Node says of connections that fail. */
const network =
  /^(ECONN\w+|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ERR_STREAM_PREMATURE_CLOSE|UND_ERR\w*)$/;
const networkMessage = /socket hang up|network|premature close|fetch failed|terminated/i;

interface SdkError {
  code?: number | string;
  errors?: { reason?: string; message?: string; code?: string }[];
  message?: string;
  response?: { headers?: Record<string, string> | Pick<Headers, 'get'> };
  /** The answer itself, where the request was an upload. */
  cause?: { errors?: SdkError['errors'] };
}

/** What an error of the SDK says. */
export function failureOf(error: unknown): Failure {
  const { code, errors, message, response, cause } = (error ?? {}) as SdkError;
  const [first] = errors ?? cause?.errors ?? [];
  const systemCode = [code, first?.code].find((one) => network.test(String(one)));
  const text = String(first?.message ?? message ?? error);
  const isNetwork = systemCode || (code === undefined && networkMessage.test(text));
  const reason = isNetwork ? 'connectionLost' : (first?.reason ?? '');
  const retryAfter = headerOf(response?.headers, 'retry-after');
  return {
    reason: noCredentials.test(text) ? 'accessDenied' : reason,
    message: text,
    ...(typeof code === 'number' && { status: code }),
    ...(retryAfter && { retryAfter }),
  };
}

/** Uploads have headers of another class than the global one. */
function headerOf(
  headers: Record<string, string> | Pick<Headers, 'get'> | undefined,
  name: string,
): string | null | undefined {
  if (headers && typeof headers.get === 'function') return headers.get(name);
  return (headers as Record<string, string> | undefined)?.[name];
}

/** Whether the same request, sent again, can succeed without anyone's help. */
export const isTransient = ({ reason, status }: Failure): boolean =>
  reason === 'connectionLost' ||
  /^(rateLimitExceeded|userRateLimitExceeded|backendError|internalError)$/.test(reason) ||
  [408, 429, 500, 502, 503, 504].includes(status ?? 0);

/** Whether it is not the thing asked for that is missing, but the project that it would be in. */
export const isProjectMissing = ({ message }: Failure, project: string): boolean =>
  unknownProject.exec(message)?.[1] === project;

/**
 * The coded error for a failure: where the failure itself does not tell, `code` with `details` and
 * the reason.
 */
export function codedFailure(
  failure: Failure,
  project: string,
  code: ErrorCode,
  details: Record<string, string>,
  cause?: unknown,
): TriadError {
  const { reason, status = 0 } = failure;
  const text = oneLine(failure.message);
  const about = { path: `BigQuery of ${project}`, reason: text };
  const options = { cause };
  if (isProjectMissing(failure, project)) {
    return new TriadError('NOT_FOUND', { what: 'Google Cloud project', name: project }, options);
  }
  if (conflict.test(text) || text.includes(changedMeanwhile)) {
    return new TriadError('WAREHOUSE_CONFLICT', about, options);
  }
  if (reason === 'connectionLost') return new TriadError('WAREHOUSE_UNAVAILABLE', about, options);
  const known = invalidStatement.test(text) ? undefined : (codes[reason] ?? byStatus[status]);
  return known
    ? new TriadError(known, about, options)
    : new TriadError(code, { ...details, reason: text }, options);
}

/** As `codedFailure`, for whatever was thrown; an error that has a code stays as it is. */
export function codedError(
  error: unknown,
  project: string,
  code: ErrorCode,
  details: Record<string, string>,
): TriadError {
  if (error instanceof TriadError) return error;
  return codedFailure(failureOf(error), project, code, details, error);
}

const oneLine = (text: string): string => text.trim().replaceAll(/\s*\n\s*/g, '; ');
