import express, { type RequestHandler } from 'express';
import { TriadError } from '../errors/triad-error.ts';

/** Pub/Sub's limit for a message is 10 MB; base64 and the envelope add a third. */
export const pushBodyLimit = '14mb';

/**
 * Parses JSON bodies of at most `limit` (such as `1mb`). A body of another content type is
 * refused, which also keeps web pages of other origins from posting one without a preflight.
 */
export function jsonBody(limit: string): RequestHandler[] {
  return [requireJson, express.json({ limit, type: jsonTypes })];
}

const jsonTypes = ['application/json', 'application/*+json'];

const requireJson: RequestHandler = (request, _response, next) => {
  const isEmpty = request.headers['content-length'] === '0';
  if (!isEmpty && request.is(jsonTypes) === false) {
    const type = request.headers['content-type'] ?? 'missing';
    next(new TriadError('BODY_MALFORMED', { reason: `its content-type is ${type}` }));
  } else next();
};
