import type { IncomingHttpHeaders } from 'node:http';
import { parseInput } from '@triad/shared/errors/parse-input.ts';
import type { Router } from 'express';
import type { z } from 'zod';

/** One operation of the API: the schemas check the request, type the handler and make the docs. */
export interface Route<
  P extends z.ZodObject = z.ZodObject,
  Q extends z.ZodObject = z.ZodObject,
  B extends z.ZodType = z.ZodType,
> {
  method: 'get' | 'post';
  /** OpenAPI style, such as `/v1/runs/{runId}:cancel`. */
  path: string;
  summary: string;
  params?: P;
  query?: Q;
  body?: B;
  /** Status of success. */
  status: number;
  /** Absent when success has no body. */
  response?: z.ZodType;
  handle: (input: {
    params: z.output<P>;
    query: z.output<Q>;
    body: z.output<B>;
    /** Of the header of that name: requests with the same key are one request. */
    idempotencyKey: string | undefined;
    /** Absent where a handler is called within the process. */
    headers?: IncomingHttpHeaders;
  }) => Promise<unknown>;
}

/** Lets TypeScript infer the handler's input from the route's own schemas. */
export function route<P extends z.ZodObject, Q extends z.ZodObject, B extends z.ZodType>(
  definition: Route<P, Q, B>,
): Route {
  return definition as unknown as Route;
}

export function mount(router: Router, routes: Route[]): void {
  for (const { method, path, params, query, body, status, response, handle } of routes) {
    router[method](expressPath(path), async (request, answer) => {
      const where = `${request.method} ${request.path}`;
      const input = {
        params: params ? parseInput(params, request.params, where) : {},
        query: query ? parseInput(query, request.query, where) : {},
        body: body ? parseInput(body, request.body ?? {}, where) : undefined,
        idempotencyKey: request.get('idempotency-key'),
        headers: request.headers,
      };
      const result = await handle(input);
      answer.status(status);
      if (response) answer.json(result);
      else answer.end();
    });
  }
}

/** `{id}:cancel` in OpenAPI is `:id\:cancel` in Express 5. */
function expressPath(path: string): string {
  return path.replaceAll(':', '\\:').replace(/\{(\w+)\}/g, ':$1');
}
