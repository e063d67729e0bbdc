import type { RequestHandler } from 'express';
import { Counter, Histogram, type Registry } from 'prom-client';
import type { Clock } from '../clock/clock.ts';

/** Counts and times the requests that a service answers, by route: never by the path as asked. */
export class HttpMetrics {
  readonly observe: RequestHandler;

  constructor(registry: Registry, clock: Clock) {
    const requests = new Counter({
      name: 'triad_http_requests_total',
      help: 'Requests answered.',
      labelNames: ['method', 'route', 'status'],
      registers: [registry],
    });
    const seconds = new Histogram({
      name: 'triad_http_request_seconds',
      help: 'From the request to the end of its answer.',
      labelNames: ['method', 'route'],
      buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5],
      registers: [registry],
    });
    this.observe = (request, response, next) => {
      const began = clock.now().getTime();
      response.once('finish', () => {
        const route = request.route ? String(request.route.path).replaceAll('\\', '') : 'none';
        const method = knownMethods.has(request.method) ? request.method : 'other';
        requests.inc({ method, route, status: response.statusCode });
        seconds.observe({ method, route }, (clock.now().getTime() - began) / 1000);
      });
      next();
    };
  }
}

const knownMethods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS']);
