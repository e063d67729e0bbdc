import type { RequestListener } from 'node:http';
import { type Outcome, parseOutcome } from '@triad/shared/contracts/outcome.ts';
import { decodeEvent, publishRequest } from '@triad/shared/contracts/push-envelope.ts';
import { listen } from '@triad/shared/http/listen.ts';

/** Stands in for the messenger over HTTP, and keeps the outcomes it is given. */
export class OutcomeSink {
  readonly outcomes: Outcome[] = [];
  url = '';
  isDown = false;
  close: () => Promise<void> = async () => {};

  static async start(): Promise<OutcomeSink> {
    const sink = new OutcomeSink();
    const options = { host: '127.0.0.1', port: 0, service: 'sink', variable: 'none', drainMs: 0 };
    const { url, close } = await listen((...exchange) => sink.#answer(...exchange), options);
    return Object.assign(sink, { url, close });
  }

  async #answer(...[request, response]: Parameters<RequestListener>): Promise<void> {
    const body = (await request.toArray()).join('');
    if (this.isDown) {
      response.writeHead(503).end();
    } else if (request.url === '/v1/projects/triad/topics/triad-outcomes:publish') {
      for (const { data } of publishRequest.parse(JSON.parse(body)).messages) {
        this.outcomes.push(parseOutcome(decodeEvent('id', data).data));
      }
      response.end(JSON.stringify({ messageIds: ['1'] }));
    } else {
      response.writeHead(204).end();
    }
  }
}
