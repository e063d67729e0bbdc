import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { UploadSessions } from './upload-sessions.ts';

export interface ProxiedRequest {
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

export interface ProxiedResponse {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** What happens to a request on its way to the server and back. */
export type Fault =
  /** It never gets there; this comes back. */
  | { answer: number; headers?: Record<string, string>; body?: string }
  /** It never gets there, and the connection is lost. */
  | 'lost request'
  /** The server does what it is asked, and the connection is lost before its answer. */
  | 'lost answer'
  /** The connection is lost after this many bytes of the answer's body. */
  | { cutAnswerAfter: number }
  /** The server gets this many bytes of a chunk of an upload; then the connection is lost. */
  | { cutChunkAfter: number }
  /** One bit of what is sent, or of what comes back, changes. */
  | 'changed request'
  | 'changed answer'
  /** Nothing happens, and the connection stays. */
  | 'silence';

interface Plan {
  matches: (request: ProxiedRequest) => boolean;
  faults: Fault[];
  /** Called for each fault when it happens. */
  happened: () => void;
}

/** Stands in front of a server and lets requests fail as it is told. */
export class FaultProxy {
  readonly requests: ProxiedRequest[] = [];
  /** The URL that the server is asked for instead of another. */
  rewrite = (url: string): string => url;
  readonly #target: URL;
  readonly #sessions = new UploadSessions();
  readonly #server = createServer((incoming, outgoing) => {
    this.#handle(incoming, outgoing).catch(() => outgoing.destroy());
  });
  #plans: Plan[] = [];

  constructor(target: string) {
    this.#target = new URL(target);
  }

  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  /**
   * The next requests that match fail, one by one, by the given faults.
   *
   * @returns resolves when the first of them happens
   */
  fail(matches: Plan['matches'], ...faults: Fault[]): Promise<void> {
    return new Promise((resolve) => {
      this.#plans.push({ matches, faults, happened: resolve });
    });
  }

  /** Forgets the requests so far, the rewriting, and the faults that have not happened. */
  reset(): void {
    this.requests.length = 0;
    this.rewrite = (url) => url;
    this.#plans = [];
  }

  async #handle(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const { method = '', url = '', headers } = incoming;
    const asked = { method, url, headers, body: await buffer(incoming) };
    this.requests.push(asked);
    const fault = this.#faultFor(asked);
    if (fault === 'silence') return;
    if (fault === 'lost request') return void outgoing.destroy();
    if (typeof fault === 'object' && 'answer' in fault) {
      const { answer: status, headers = {}, body = '' } = fault;
      return void outgoing.writeHead(status, headers).end(body);
    }
    const isCut = typeof fault === 'object' && 'cutChunkAfter' in fault;
    const sent = isCut ? firstOfChunk(asked, fault.cutChunkAfter) : asked;
    if (fault === 'changed request') sent.body = changed(sent.body);
    const response = this.#sessions.answer(sent) ?? (await this.#forward(sent));
    this.#sessions.learn(sent, response);
    if (fault === 'lost answer' || isCut) return void outgoing.destroy();
    const body = fault === 'changed answer' ? changed(response.body) : response.body;
    outgoing.writeHead(response.status, response.headers);
    if (typeof fault === 'object' && 'cutAnswerAfter' in fault) {
      outgoing.write(body.subarray(0, fault.cutAnswerAfter), () => outgoing.destroy());
    } else {
      outgoing.end(body);
    }
  }

  #faultFor(asked: ProxiedRequest): Fault | undefined {
    const plan = this.#plans.find(({ matches, faults }) => faults.length > 0 && matches(asked));
    const fault = plan?.faults.shift();
    if (fault !== undefined) plan?.happened();
    return fault;
  }

  async #forward({ method, url, headers, body }: ProxiedRequest): Promise<ProxiedResponse> {
    const { 'transfer-encoding': _, ...kept } = headers;
    const forwarded = request({
      ...{ host: this.#target.hostname, port: this.#target.port, method, path: this.rewrite(url) },
      headers: { ...kept, 'content-length': body.length },
    });
    forwarded.end(body);
    const [response] = (await once(forwarded, 'response')) as [IncomingMessage];
    const answered = await buffer(response);
    // As a body of known length, so that a client can tell when it was cut.
    const { 'transfer-encoding': __, ...back } = response.headers;
    const length = method === 'HEAD' ? {} : { 'content-length': String(answered.length) };
    return {
      status: response.statusCode ?? 0,
      headers: { ...back, ...length },
      body: answered,
    };
  }
}

/** What the server has of a chunk when the connection is lost after `bytes` of it. */
function firstOfChunk(asked: ProxiedRequest, bytes: number): ProxiedRequest {
  const start = Number(/bytes (\d+)-/.exec(String(asked.headers['content-range']))?.[1]);
  const range = `bytes ${start}-${start + bytes - 1}/*`;
  return {
    ...asked,
    headers: { ...asked.headers, 'content-range': range },
    body: asked.body.subarray(0, bytes),
  };
}

/** One bit is another; in a body of several parts, one of the last part. */
function changed(body: Buffer): Buffer {
  const copy = Buffer.from(body);
  const end = copy.lastIndexOf('\r\n--');
  const at = (end > 0 ? end : copy.length) - 1;
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}
