import { httpApp } from '@triad/shared/http/http-app.ts';
import { pushBodyLimit } from '@triad/shared/http/json-body.ts';
import type { Logger } from '@triad/shared/log/logger.ts';
import type { Express } from 'express';
import { openApiDocument } from './api/openapi.ts';
import { mount, type Route } from './api/route.ts';

/** The orchestrator's HTTP API. */
export function createApp(routes: Route[], version: string, log: Logger): Express {
  return httpApp({
    log,
    bodyLimit: pushBodyLimit,
    routes(app) {
      mount(app, routes);
      app.get('/openapi.json', (_request, answer) => {
        answer.json(openApiDocument(routes, version));
      });
    },
  });
}
