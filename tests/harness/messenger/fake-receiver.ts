import type { CloudEvent } from '@triad/shared/contracts/cloud-event.ts';
import {
  decodeEvent,
  type PushEnvelope,
  parsePushEnvelope,
} from '@triad/shared/contracts/push-envelope.ts';
import type { HttpRequest } from '@triad/shared/http/http-request.ts';
import type { FakeClock } from '../fake-clock.ts';

/** A push request, as the receiver saw it. */
export interface Push {
  url: string;
  envelope: PushEnvelope;
  event: CloudEvent;
  /** Milliseconds since the receiver was made. */
  at: number;
}

type Behaviour = (push: Push, signal: AbortSignal) => Response | Promise<Response>;

/** The far side of the network: stands in for `httpRequest` and answers as the test says. */
export class FakeReceiver {
  readonly pushes: Push[] = [];
  /** Acknowledges, unless a test says otherwise. */
  behave: Behaviour = () => new Response(null, { status: 204 });
  /** Most requests that were being answered at one time. */
  busiest = 0;
  #busy = 0;
  readonly #clock: FakeClock;
  readonly #start: number;

  constructor(clock: FakeClock) {
    this.#clock = clock;
    this.#start = clock.now().getTime();
  }

  readonly request: HttpRequest = async (url, { body = '', signal }) => {
    const envelope = parsePushEnvelope(JSON.parse(body));
    const event = decodeEvent(envelope.message.messageId, envelope.message.data);
    const at = this.#clock.now().getTime() - this.#start;
    const push = { url, envelope, event, at };
    this.pushes.push(push);
    this.#busy += 1;
    this.busiest = Math.max(this.busiest, this.#busy);
    try {
      const response = await this.behave(push, signal);
      return { status: response.status, body: await response.text() };
    } finally {
      this.#busy -= 1;
    }
  };

  /** Ids of the events that were pushed, in order. */
  get eventIds(): string[] {
    return this.pushes.map(({ event }) => event.id);
  }
}

export const refusing: Behaviour = () => new Response('not now', { status: 503 });

export const unreachable: Behaviour = () => {
  throw new Error('connect ECONNREFUSED');
};

/** Never answers; the request ends when its sender gives up. */
export const hanging: Behaviour = (_push, signal) =>
  new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
