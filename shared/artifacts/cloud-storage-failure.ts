import { isSystemError } from '../errors/system-error.ts';
import { TriadError } from '../errors/triad-error.ts';
import { retryAfterMs } from '../http/retry-after.ts';

/** What a request to Cloud Storage failed of. */
export interface Failure {
  kind:
    | 'conflict'
    | 'no bucket'
    /** The object or the bucket: the words of the server do not always tell. */
    | 'not found'
    | 'denied'
    | 'corrupt'
    /** May succeed when it is tried again. */
    | 'unavailable'
    | 'other';
  /** In the server's words, where it gave any. */
  reason: string;
  /** The HTTP status, when there was an answer. */
  status?: number;
  /** How long the server asks to be left alone, in milliseconds. */
  retryAfterMs?: number;
}

/** Of the platform or of a package; not always one that `instanceof Headers` knows. */
interface HeaderMap {
  get(name: string): string | null;
}

/** An HTTP answer as the parts of the SDK hold it. */
interface Answer {
  status?: number;
  statusCode?: number;
  headers?: HeaderMap | Record<string, unknown>;
  data?: { error?: { message?: string; errors?: { reason?: string }[] } };
}

interface SdkError {
  message?: string;
  code?: number | string;
  status?: number;
  type?: string;
  errors?: { reason?: string }[];
  response?: Answer;
  cause?: unknown;
}

const lostConnection =
  /^(ECONN(RESET|REFUSED|ABORTED)|ENOTFOUND|EAI_AGAIN|EPIPE|ETIMEDOUT|E(NET|HOST)(UNREACH|DOWN)|EPROTO|ERR_STREAM_PREMATURE_CLOSE|UND_ERR_\w+)$/;
const lostInWords = /socket hang up|premature close|fetch failed|network timeout/i;
/** Quotas answer with 403 as well, and pass. */
const quotaReasons = new Set(['rateLimitExceeded', 'userRateLimitExceeded', 'quotaExceeded']);
/** `308` is a chunk that was not taken whole. */
const transientStatuses = new Set([308, 408, 425, 429, 500, 502, 503, 504]);
const credentialsInWords =
  /could not load the default credentials|could not refresh access token|invalid_grant|invalid_client|no access, refresh token/i;

/** @param now against which a `Retry-After` with a date is counted */
export function failureOf(error: unknown, now: Date): Failure {
  if (error instanceof TriadError) {
    const kind = error.code === 'ARTIFACT_CORRUPT' ? 'corrupt' : 'other';
    return { kind, reason: error.message };
  }
  const sdkError = (typeof error === 'object' && error !== null ? error : {}) as SdkError;
  const { response } = sdkError;
  const status = statusOf(sdkError);
  const pauseMs = retryAfterMs(retryAfterOf(response?.headers), now);
  const failure = {
    reason: reasonOf(error, sdkError),
    ...(status !== undefined && { status }),
    ...(pauseMs !== undefined && { retryAfterMs: pauseMs }),
  };
  return { ...failure, kind: kindOf(sdkError, failure) };
}

function kindOf(error: SdkError, { status, reason }: Omit<Failure, 'kind'>): Failure['kind'] {
  const mayPass = status === undefined ? isLostConnection(error) : transientStatuses.has(status);
  if (mayPass) return 'unavailable';
  if (credentialsInWords.test(reason)) return 'denied';
  if (status === undefined) return 'other';
  if (status === 412) return 'conflict';
  if (status === 404) {
    return /bucket does not exist/i.test(reason) ? 'no bucket' : 'not found';
  }
  const reasons = error.errors ?? error.response?.data?.error?.errors ?? [];
  const isQuota = reasons.some((each) => quotaReasons.has(each?.reason ?? ''));
  if (status === 403 && isQuota) return 'unavailable';
  if (status === 401 || status === 403) return 'denied';
  if (status === 400 && /(crc32c|md5|checksum).*match/i.test(reason)) return 'corrupt';
  // An answer that says "done" and breaks off.
  return status < 300 ? 'unavailable' : 'other';
}

function statusOf({ code, status, response }: SdkError): number | undefined {
  const all = [status, response?.status, response?.statusCode, Number(code)];
  return all.find((each) => each !== undefined && each >= 100 && each < 600);
}

function isLostConnection(error: SdkError): boolean {
  for (let each: unknown = error; each instanceof Error; each = each.cause) {
    const { code, type } = each as SdkError;
    if (lostConnection.test(String(code)) || type === 'invalid-json') return true;
    if (lostInWords.test(each.message)) return true;
  }
  return false;
}

function reasonOf(error: unknown, { message, response, cause }: SdkError): string {
  const words = response?.data?.error?.message || message || String(error);
  const because = cause instanceof Error && !words.includes(cause.message) ? cause.message : '';
  return [words, because].filter(Boolean).join(': ').replace(/\s+/g, ' ').trim().slice(0, 500);
}

const plain = (headers: object = {}) => headers as Record<string, unknown>;

const retryAfterOf = (headers: Answer['headers']): unknown =>
  typeof headers?.get === 'function' ? headers.get('retry-after') : plain(headers)['retry-after'];

/** The coded error of a failure. Errors of local files stay what they are. */
export function errorOf(
  error: unknown,
  { kind, reason }: Failure,
  { bucket, path }: { bucket: string; path: string },
): unknown {
  if (error instanceof TriadError) return error;
  const options = { cause: error };
  switch (kind) {
    case 'conflict':
      return new TriadError('ARTIFACT_CONFLICT', { path }, options);
    case 'no bucket':
    case 'not found':
      return new TriadError('ARTIFACT_STORE_MISSING', { bucket }, options);
    case 'denied':
      return new TriadError('ARTIFACT_STORE_DENIED', { bucket, reason }, options);
    case 'corrupt':
      return new TriadError('ARTIFACT_CORRUPT', { path, reason }, options);
    case 'unavailable':
      return new TriadError('ARTIFACT_STORE_UNAVAILABLE', { bucket, reason }, options);
    case 'other':
      if (isSystemError(error, 'ENOSPC', 'EDQUOT')) {
        return new TriadError('DISK_FULL', { path }, options);
      }
      if (error instanceof Error && 'syscall' in error) return error;
      return new TriadError('INTERNAL', { reason: `Cloud Storage: ${reason}` }, options);
  }
}
