import { TriadError } from '@triad/shared/errors/triad-error.ts';

/** An error as Google's APIs tell it: of a request with an HTTP status, of an operation with gRPC's. */
export interface GoogleStatus {
  code?: number;
  message?: string;
  /** Of some APIs, such as `rateLimitExceeded`. */
  errors?: { reason?: string }[];
}

/** google.rpc.Code, as the HTTP status that means the same (cloud.google.com/apis/design/errors). */
const httpOf: Record<number, number> = {
  1: 499,
  2: 500,
  3: 400,
  4: 504,
  5: 404,
  6: 409,
  7: 403,
  8: 429,
  9: 400,
  10: 409,
  11: 400,
  12: 501,
  13: 500,
  14: 503,
  15: 500,
  16: 401,
};

const passing = new Set(['rateLimitExceeded', 'quotaExceeded', 'userRateLimitExceeded']);

export function errorOfStatus(
  { code = 2, message = 'no reason was given', errors = [] }: GoogleStatus,
  action: string,
): TriadError {
  const status = httpOf[code] ?? code;
  const reason = message.replaceAll(/\s+/g, ' ').trim();
  const isPassing = errors.some(({ reason: why = '' }) => passing.has(why));
  if (status === 429 || (status >= 500 && status !== 501) || (status === 403 && isPassing)) {
    return new TriadError('DEPLOY_CLOUD_UNAVAILABLE', { action, reason });
  }
  if (status === 401) return new TriadError('DEPLOY_CREDENTIALS_MISSING', { reason });
  if (status === 403) return new TriadError('DEPLOY_ACCESS_DENIED', { action, reason });
  if (status === 409 || status === 412)
    return new TriadError('DEPLOY_CONFLICT', { action, reason });
  return new TriadError('DEPLOY_CLOUD_REFUSED', { action, reason });
}
