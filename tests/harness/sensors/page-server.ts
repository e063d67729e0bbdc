import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { after } from 'node:test';

/** An HTTP server with one page, `/page`, which a test writes. Closed when the tests end. */
export class PageServer {
  readonly url: string;
  content: string | undefined;
  /** Headers of the answer; by default the content's ETag and a fixed time. */
  headers: Record<string, string> | undefined;

  private constructor(port: number) {
    this.url = `http://127.0.0.1:${port}/page`;
  }

  static async start(): Promise<PageServer> {
    const server = createServer((request, response) => {
      if (request.url !== '/page') response.writeHead(500).end();
      else if (page.content === undefined) response.writeHead(404).end();
      else response.writeHead(200, page.headers ?? page.#validators()).end(page.content);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const page = new PageServer(address.port);
    after(() => {
      server.closeAllConnections();
      server.close();
    });
    return page;
  }

  #validators(): Record<string, string> {
    const hash = createHash('sha256')
      .update(this.content ?? '')
      .digest('hex');
    return { etag: `"${hash}"`, 'last-modified': 'Thu, 01 Feb 2024 06:00:00 GMT' };
  }
}
