import type { Clock } from '@triad/shared/clock/clock.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import { checkAll, type HealthCheck } from '@triad/shared/service/health.ts';
import type { Readiness } from '@triad/shared/service/readiness.ts';
import { z } from 'zod';
import { type Route, route, stranger } from './route.ts';

const report = z.strictObject({
  status: z.enum(['ok', 'failing']),
  checks: z.array(
    z.strictObject({
      name: z.string(),
      ok: z.boolean(),
      reason: z.string().nullable(),
    }),
  ),
});

export interface HealthRoutesOptions {
  readiness: Readiness;
  /** What `/v1/health` tells of. */
  checks: Record<string, HealthCheck>;
  clock: Clock;
}

/**
 * `/healthz` says that this process answers, `/readyz` whether to send it requests, `/v1/health`
 * how all is that it depends on.
 */
export const healthRoutes = ({ readiness, checks, clock }: HealthRoutesOptions): Route[] => [
  route({
    method: 'get',
    path: '/healthz',
    summary: 'Whether the orchestrator answers.',
    role: 'anyone',
    status: 204,
    handle: async () => undefined,
  }),
  route({
    method: 'get',
    path: '/readyz',
    summary: 'Whether the orchestrator can take requests; 503 tells why not, to who has a token.',
    role: 'anyone',
    status: 204,
    async handle({ principal }) {
      const found = await readiness.reasons();
      if (found.length === 0) return;
      const text = found.map(({ port, code, message }) => `${port}: ${code}: ${message}`);
      // They name buckets and addresses.
      const reasons = principal === stranger ? 'its log says why.' : text.join(' ');
      throw new TriadError('SERVICE_UNAVAILABLE', { service: 'orchestrator', reasons });
    },
  }),
  route({
    method: 'get',
    path: '/v1/health',
    summary: 'Whether the orchestrator and all it depends on are well.',
    status: 200,
    response: report,
    async handle() {
      const results = (await checkAll(checks, clock)).map(({ name, error }) => ({
        name,
        ok: error === null,
        reason: error?.message ?? null,
      }));
      return { status: results.every(({ ok }) => ok) ? 'ok' : 'failing', checks: results };
    },
  }),
];
