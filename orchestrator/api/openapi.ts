import { z } from 'zod';
import { createDocument, type ZodOpenApiPathsObject } from 'zod-openapi';
import type { Route } from './route.ts';

const errorBody = z
  .strictObject({
    error: z.strictObject({ code: z.string(), message: z.string(), fix: z.string() }),
  })
  .meta({ id: 'Error' });

/** The OpenAPI 3.1 document of the routes: what checks the requests also describes them. */
export function openApiDocument(routes: Route[], version: string) {
  const paths: ZodOpenApiPathsObject = {};
  for (const { method, path, summary, params, query, body, status, response } of routes) {
    paths[path] = {
      ...paths[path],
      [method]: {
        operationId: operationId(method, path),
        summary,
        ...((params || query) && {
          requestParams: { ...(params && { path: params }), ...(query && { query }) },
        }),
        ...(body && {
          requestBody: { required: true, content: { 'application/json': { schema: body } } },
        }),
        responses: {
          [String(status)]: {
            description: 'Done.',
            ...(response && { content: { 'application/json': { schema: response } } }),
          },
          default: {
            description: 'What went wrong and how to mend it.',
            content: { 'application/json': { schema: errorBody } },
          },
        },
      },
    };
  }
  return createDocument({
    openapi: '3.1.0',
    info: { title: 'Triad orchestrator', version, license: { name: 'Apache-2.0' } },
    paths,
  });
}

/** `get /v1/runs/{runId}` → `getRunsByRunId`, `post /v1/runs/{runId}:cancel` → `postRunsCancel`. */
function operationId(method: string, path: string): string {
  const words = path
    .replace(/^\/v1/, '')
    .replace(/\{(\w+)\}$/, 'by/$1')
    .replace(/\{\w+\}/g, '')
    .split(/[^a-zA-Z]+/);
  return method + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}
