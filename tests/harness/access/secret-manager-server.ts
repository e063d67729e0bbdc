import { serve } from './http-stub.ts';

/** An answer of Secret Manager: a value, or one of its errors (cloud.google.com/apis/design/errors). */
export type SecretAnswer = { value: string } | { httpStatus: number; status: string };

/**
 * Secret Manager's `projects.secrets.versions.access` by HTTP, in the shape that
 * google/cloud/secretmanager/v1/service.proto gives it.
 */
export class SecretManagerServer {
  readonly answers = new Map<string, SecretAnswer>();
  readonly asked: string[] = [];
  readonly url: string;

  private constructor(url: string) {
    this.url = url;
  }

  static async start(): Promise<SecretManagerServer> {
    const url = await serve((request, response) => {
      const [, name = ''] = /^\/v1\/(.*):access(\?|$)/.exec(request.url ?? '') ?? [];
      server.asked.push(name);
      const notFound: SecretAnswer = { httpStatus: 404, status: 'NOT_FOUND' };
      const answer = server.answers.get(name) ?? notFound;
      response.setHeader('content-type', 'application/json');
      if ('value' in answer) {
        const data = Buffer.from(answer.value).toString('base64');
        return response.end(JSON.stringify({ name, payload: { data } }));
      }
      const { httpStatus, status } = answer;
      const error = { code: httpStatus, status, message: `${status} of ${name}` };
      response.writeHead(httpStatus).end(JSON.stringify({ error }));
    });
    const server = new SecretManagerServer(url);
    return server;
  }
}
