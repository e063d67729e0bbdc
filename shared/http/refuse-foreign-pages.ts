import type { RequestHandler } from 'express';
import { isLoopback } from '../config/requires-token.ts';
import { TriadError } from '../errors/triad-error.ts';

/**
 * Refuses what a web page of another origin makes a browser send: a link or a form needs no
 * permission to do so. With `loopbackOnly`, for services without tokens, it also refuses names
 * that are not this machine's, which a page can point here by its own DNS.
 */
export function refuseForeignPages({ loopbackOnly }: { loopbackOnly: boolean }): RequestHandler {
  return (request, _response, next) => {
    const site = request.get('sec-fetch-site');
    const origin = request.get('origin');
    const host = request.get('host') ?? '';
    const refused = (header: string, value: string) =>
      next(new TriadError('ORIGIN_REFUSED', { header, value }));
    if (site === 'cross-site' || site === 'same-site') return refused('Sec-Fetch-Site', site);
    if (origin !== undefined && hostOf(origin) !== host) return refused('Origin', origin);
    if (loopbackOnly && !isLoopback(nameIn(host))) return refused('Host', host);
    next();
  };
}

const hostOf = (origin: string): string | undefined =>
  URL.canParse(origin) ? new URL(origin).host : undefined;

/** The name in `name:port`; IPv6 addresses come in brackets. */
const nameIn = (host: string): string => host.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
