import type { Request, RequestHandler } from 'express';
import { type Authenticate, local, type Principal } from '../access/principal.ts';
import { TriadError, toTriadError } from '../errors/triad-error.ts';

/** Who sent each request, or why that is not known. */
const senders = new WeakMap<Request, Principal | TriadError>();

/** Finds out who asks; to refuse is left to those who come after. */
export function identify(authenticate: Authenticate | undefined): RequestHandler {
  return async (request, _response, next) => {
    senders.set(request, authenticate ? await senderOf(request, authenticate) : local);
    next();
  };
}

/** Refuses whoever is not known, except on paths that are open to all. */
export function requireSender(openPaths: readonly string[]): RequestHandler {
  const open = new Set(openPaths);
  return (request, response, next) => {
    const sender = senders.get(request);
    if (!(sender instanceof TriadError) || open.has(request.path)) return next();
    if (sender.httpStatus === 401) response.set('www-authenticate', 'Bearer');
    next(sender);
  };
}

/** Whether it is known who asks: where no token is needed, it always is. */
export const isKnown = (request: Request): boolean => !(senders.get(request) instanceof TriadError);

/** Who asks; throws `UNAUTHENTICATED` when that is not known. */
export function principalOf(request: Request): Principal {
  const sender = senders.get(request);
  if (sender instanceof TriadError) throw sender;
  if (!sender) throw new Error('nobody was identified before this request was routed');
  return sender;
}

/** What a client's requests are counted under, when it is known. */
export function senderId(request: Request): string | undefined {
  const sender = senders.get(request);
  return sender && !(sender instanceof TriadError) && sender !== local ? sender.id : undefined;
}

async function senderOf(request: Request, authenticate: Authenticate) {
  const [, token] = /^Bearer +(\S+)$/i.exec(request.get('authorization') ?? '') ?? [];
  if (token === undefined) {
    return new TriadError('UNAUTHENTICATED', { reason: 'the request has none.' });
  }
  try {
    return await authenticate(token);
  } catch (error) {
    return toTriadError(error);
  }
}
