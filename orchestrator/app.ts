import { httpApp } from '@triad/shared/http/http-app.ts';
import type { Logger } from '@triad/shared/log/logger.ts';
import type { Express } from 'express';
import { openApiDocument } from './api/openapi.ts';
import { mount, type Route } from './api/route.ts';

/** Pub/Sub's limit for a message is 10 MB; base64 and the envelope add a third. */
const BODY_LIMIT = '14mb';

/** The orchestrator's HTTP API. */
export function createApp(routes: Route[], version: string, log: Logger): Express {
  return httpApp({
    log,
    bodyLimit: BODY_LIMIT,
    routes(app) {
      mount(app, routes);
      app.get('/openapi.json', (_request, answer) => {
        answer.json(openApiDocument(routes, version));
      });
    },
  });
}
