import type { Request, RequestHandler } from 'express';
import { ipKeyGenerator, rateLimit } from 'express-rate-limit';
import { TriadError } from '../errors/triad-error.ts';
import { senderId } from './authentication.ts';

export interface RateLimit {
  /** Requests of one token, or of one address without a token; 0 is no limit. */
  perMinute: number;
  /** Whether requests for a path count. */
  counts: (path: string) => boolean;
}

/** Answers `RATE_LIMITED`, with `Retry-After`, to who asks too often. */
export function limitRate({ perMinute, counts }: RateLimit): RequestHandler {
  if (perMinute === 0) return (_request, _response, next) => next();
  return rateLimit({
    windowMs: 60_000,
    limit: perMinute,
    standardHeaders: 'draft-6',
    legacyHeaders: false,
    skip: (request) => !counts(request.path),
    keyGenerator: clientOf,
    handler: (_request, _response, next) =>
      next(new TriadError('RATE_LIMITED', { limit: perMinute })),
    // The address is that of the connection: what a proxy says of others is not believed.
    validate: { xForwardedForHeader: false, forwardedHeader: false },
  });
}

const clientOf = (request: Request): string =>
  senderId(request) ?? ipKeyGenerator(request.socket.remoteAddress ?? '');
