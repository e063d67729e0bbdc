import type { Token } from '../access/token-source.ts';
import type { PushEnvelope } from '../contracts/push-envelope.ts';
import { bearer } from '../http/bearer.ts';
import { type HttpRequest, isOk } from '../http/http-request.ts';

/**
 * Hands a message to its receiver. To return is its acknowledgement; to throw says why there is
 * none. What has no answer when `signal` aborts counts as not acknowledged.
 */
export type Push = (envelope: PushEnvelope, signal: AbortSignal) => Promise<void>;

export interface HttpPushOptions {
  endpoint: string;
  request: HttpRequest;
  /** What the receiver asks for, where tokens are needed. */
  token?: Token | undefined;
}

/** Pub/Sub's push request: any 2xx acknowledges. */
export function httpPush({ endpoint, request, token }: HttpPushOptions): Push {
  return async (envelope, signal) => {
    const headers = { ...(await bearer(token, endpoint)), 'content-type': 'application/json' };
    const body = JSON.stringify(envelope);
    const answer = await request(endpoint, { method: 'POST', headers, body, signal });
    if (!isOk(answer)) throw new Error(`HTTP ${answer.status} ${answer.body.slice(0, 500)}`);
  };
}

/** For a receiver in the messenger's own process, which needs no request to be reached. */
export const localPush =
  (receive: (envelope: PushEnvelope) => Promise<void>): Push =>
  async (envelope, signal) => {
    const late = Promise.withResolvers<never>();
    const giveUp = () => late.reject(signal.reason);
    signal.addEventListener('abort', giveUp, { once: true });
    try {
      await Promise.race([receive(envelope), late.promise]);
    } finally {
      signal.removeEventListener('abort', giveUp);
    }
  };
