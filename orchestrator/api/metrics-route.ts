import type { OrchestratorMetrics } from '../observe/orchestrator-metrics.ts';
import { type Route, route } from './route.ts';

export const metricsRoute = (metrics: OrchestratorMetrics): Route =>
  route({
    method: 'get',
    path: '/metrics',
    summary: 'Metrics in the text format of Prometheus.',
    status: 200,
    contentType: metrics.contentType,
    handle: () => metrics.text(),
  });
