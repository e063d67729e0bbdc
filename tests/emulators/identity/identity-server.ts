import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '@triad/shared/clock/clock.ts';
import { answerMetadata } from './answer-metadata.ts';
import { Issuer, newKeyPair } from './issuer.ts';

export interface IdentityServerOptions {
  clock: Clock;
  /** E-mail of the account that every service runs as. */
  serviceAccount: string;
  /** What tokens for people are made out to unless they ask for another. */
  audience: string;
  /** Address to listen on. @default 127.0.0.1 */
  host?: string;
  /** @default one that is free */
  port?: number;
}

/**
 * Google's issuer of identity tokens and the metadata server of Google Cloud, on one port:
 *
 * - `GET /certs`: the keys, for `TRIAD_OIDC_KEYS`
 * - `GET /computeMetadata/…/identity?audience=URL`: a token of the service account, for `GCE_METADATA_HOST`
 * - `GET /token?email=ADDRESS[&audience=URL]`: a token of anybody, for people
 */
export class IdentityServer {
  readonly url: string;
  readonly #issuer: Issuer;
  readonly #options: IdentityServerOptions;
  readonly #server: Server;

  private constructor(issuer: Issuer, options: IdentityServerOptions, server: Server) {
    this.#issuer = issuer;
    this.#options = options;
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  static async start(options: IdentityServerOptions): Promise<IdentityServer> {
    const issuer = new Issuer(options.clock);
    issuer.keys.push({ id: randomUUID(), ...(await newKeyPair()) });
    const server = createServer((request, response) => {
      identity.#answer(request, response).catch(() => response.writeHead(500).end());
    });
    server.listen(options.port ?? 0, options.host ?? '127.0.0.1');
    await once(server, 'listening');
    const identity = new IdentityServer(issuer, options, server);
    return identity;
  }

  /** A token of the service account. */
  serviceToken(audience: string): Promise<string> {
    return this.#issuer.token({ aud: audience, email: this.#options.serviceAccount });
  }

  async close(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://identity');
    if (pathname === '/certs') {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ keys: await this.#issuer.publicKeys() }));
    } else if (pathname === '/token') {
      const email = searchParams.get('email');
      if (!email) return void response.writeHead(400).end('email is missing\n');
      const aud = searchParams.get('audience') ?? this.#options.audience;
      response.end(await this.#issuer.token({ aud, email }));
    } else {
      await answerMetadata(request, response, (audience) => this.serviceToken(audience));
    }
  }
}
