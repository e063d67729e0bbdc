import * as http from 'node:http';

export interface HttpRequestOptions {
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  headers?: Record<string, string>;
  body?: string;
  /** Ends the exchange when it aborts; its reason is thrown. */
  signal: AbortSignal;
}

export interface HttpAnswer {
  status: number;
  body: string;
}

/** Makes one request and reads its whole answer. Throws what kept the exchange from its end. */
export type HttpRequest = (url: string, options: HttpRequestOptions) => Promise<HttpAnswer>;

/**
 * Requests between Triad's own processes, which make several for every step: Node's plain client
 * does less at each request than `fetch`, and has nothing to load. Connections are kept; redirects are
 * not followed.
 */
export const httpRequest: HttpRequest = async (url, { method = 'GET', headers, body, signal }) => {
  signal.throwIfAborted();
  const client = clientFor(url);
  try {
    return await new Promise<HttpAnswer>((resolve, reject) => {
      const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
      const request = client.request(url, {
        method,
        headers: { ...headers, ...length },
        agent: client.agent,
        signal,
      });
      request.on('error', reject);
      request.on('response', (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk) => {
          text += chunk;
        });
        response.on('error', reject);
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text }));
      });
      request.end(body);
    });
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  }
};

const plain = { request: http.request, agent: new http.Agent({ keepAlive: true }) };
let secure: Pick<typeof plain, 'request'> & { agent: http.Agent } = plain;

/** TLS is loaded with the first URL that asks for it. */
function clientFor(url: string): typeof secure {
  if (!url.startsWith('https:')) return plain;
  if (secure === plain) {
    const https = process.getBuiltinModule('node:https');
    secure = { request: https.request, agent: new https.Agent({ keepAlive: true }) };
  }
  return secure;
}

/** Whether an answer is a success. */
export const isOk = ({ status }: HttpAnswer): boolean => status >= 200 && status < 300;
