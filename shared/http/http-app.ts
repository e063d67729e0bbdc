import express, { type Express } from 'express';
import type { Logger } from '../log/logger.ts';
import { errorResponse, routeNotFound } from './error-response.ts';
import { jsonBody } from './json-body.ts';

export interface HttpAppOptions {
  log: Logger;
  /** Adds the service's own routes. */
  routes(app: Express): void;
  /** Largest JSON body. @default '1mb' */
  bodyLimit?: string;
}

/** An Express app in which every service behaves alike: JSON in, JSON out, coded errors. */
export function httpApp(options: HttpAppOptions): Express {
  const app = express();
  app.disable('x-powered-by');
  app.use(jsonBody(options.bodyLimit ?? '1mb'));
  options.routes(app);
  app.use(routeNotFound);
  app.use(errorResponse(options.log));
  return app;
}
