import type { ErrorRequestHandler, RequestHandler } from 'express';
import { TriadError, toTriadError } from '../errors/triad-error.ts';
import type { Logger } from '../log/logger.ts';

/** What a service answers when a request fails. */
export interface ErrorBody {
  error: { code: string; message: string; fix: string };
}

/** Comes after all routes. */
export const routeNotFound: RequestHandler = ({ method, path }) => {
  throw new TriadError('ROUTE_NOT_FOUND', { method, path });
};

/** The last middleware: every failure becomes an `ErrorBody`; a bug's stack goes to the log only. */
export function errorResponse(log: Logger): ErrorRequestHandler {
  return (thrown: unknown, request, response, next) => {
    const error = refusalOfMiddleware(thrown, request.path) ?? toTriadError(thrown);
    const { code, message, fix, httpStatus } = error;
    const where = { method: request.method, path: request.path, code };
    if (code === 'INTERNAL') log.error({ ...where, err: thrown }, message);
    else if (httpStatus >= 500) log.warn(where, message);
    else log.debug(where, message);
    if (response.headersSent) return next(error);
    response.status(httpStatus).json({ error: { code, message, fix } } satisfies ErrorBody);
  };
}

/** Express and its body parser mark what the client did wrong with a 4xx `status`. */
function refusalOfMiddleware(thrown: unknown, path: string): TriadError | undefined {
  if (thrown instanceof TriadError || !(thrown instanceof Error) || !('status' in thrown)) return;
  const cause = { cause: thrown };
  if (thrown.status === 413) {
    const limit = 'limit' in thrown ? `${thrown.limit} bytes` : 'allowed';
    return new TriadError('BODY_TOO_LARGE', { limit }, cause);
  }
  if (thrown instanceof URIError) {
    const expected = 'expected percent-encoded UTF-8';
    return new TriadError('INPUT_INVALID', { where: 'URL', field: path, expected }, cause);
  }
  if (typeof thrown.status === 'number' && thrown.status >= 400 && thrown.status < 500) {
    return new TriadError('BODY_MALFORMED', { reason: thrown.message }, cause);
  }
}
