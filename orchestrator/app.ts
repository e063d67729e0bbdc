import { type HttpGuard, httpApp } from '@triad/shared/http/http-app.ts';
import { pushBodyLimit } from '@triad/shared/http/json-body.ts';
import type { Logger } from '@triad/shared/log/logger.ts';
import type { Express } from 'express';
import { openApiDocument } from './api/openapi.ts';
import { type Audit, mount, type Route, roleOf } from './api/route.ts';

/** The orchestrator's HTTP API. */
export function createApp(
  routes: Route[],
  version: string,
  log: Logger,
  { audit, ...guard }: HttpGuard & { audit?: Audit } = {},
): Express {
  return httpApp({
    ...guard,
    log,
    bodyLimit: pushBodyLimit,
    openPaths: routes.filter((route) => roleOf(route) === 'anyone').map(({ path }) => path),
    routes(app) {
      mount(app, routes, audit);
      app.get('/openapi.json', (_request, answer) => {
        answer.json(openApiDocument(routes, version));
      });
    },
  });
}
