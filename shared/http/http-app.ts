import express, { type Express } from 'express';
import type { Authenticate } from '../access/principal.ts';
import type { Logger } from '../log/logger.ts';
import { identify, requireSender } from './authentication.ts';
import { errorResponse, routeNotFound } from './error-response.ts';
import type { HttpMetrics } from './http-metrics.ts';
import { jsonBody } from './json-body.ts';
import { limitRate, type RateLimit } from './limit-rate.ts';
import { refuseForeignPages } from './refuse-foreign-pages.ts';

/** How a service is guarded and watched; without any of it, it is for this machine alone. */
export interface HttpGuard {
  /** Without it, no token is needed and only names of loopback are served. */
  authenticate?: Authenticate | undefined;
  rateLimit?: RateLimit;
  metrics?: HttpMetrics;
}

export interface HttpAppOptions extends HttpGuard {
  log: Logger;
  /** Adds the service's own routes. */
  routes(app: Express): void;
  /** Paths that need no token. @default [] */
  openPaths?: readonly string[];
  /** Largest JSON body. @default '1mb' */
  bodyLimit?: string;
}

/** An Express app in which every service behaves alike: JSON in, JSON out, coded errors. */
export function httpApp(options: HttpAppOptions): Express {
  const { authenticate, rateLimit, metrics, openPaths = [], bodyLimit = '1mb' } = options;
  const app = express();
  app.disable('x-powered-by');
  if (metrics) app.use(metrics.observe);
  app.use(refuseForeignPages({ loopbackOnly: !authenticate }));
  app.use(identify(authenticate));
  // Before anyone is refused, so that guesses at tokens count, and before a body is read.
  if (rateLimit) app.use(limitRate(rateLimit));
  app.use(requireSender(openPaths));
  app.use(jsonBody(bodyLimit));
  options.routes(app);
  app.use(routeNotFound);
  app.use(errorResponse(options.log));
  return app;
}
