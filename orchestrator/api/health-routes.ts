import { z } from 'zod';
import { type Route, route } from './route.ts';

/** Answers, or throws when the thing is not well. */
export type HealthCheck = () => Promise<void>;

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
export type HealthReport = z.infer<typeof report>;

/** `/healthz` says that this process answers; `/v1/health` also asks what it depends on. */
export function healthRoutes(checks: Record<string, HealthCheck>): Route[] {
  return [
    route({
      method: 'get',
      path: '/healthz',
      summary: 'Whether the orchestrator answers.',
      status: 204,
      handle: async () => undefined,
    }),
    route({
      method: 'get',
      path: '/v1/health',
      summary: 'Whether the orchestrator and all it depends on are well.',
      status: 200,
      response: report,
      handle: () => checkAll(checks),
    }),
  ];
}

export async function checkAll(checks: Record<string, HealthCheck>): Promise<HealthReport> {
  const results = await Promise.all(
    Object.entries(checks).map(async ([name, check]) => {
      try {
        await check();
        return { name, ok: true, reason: null };
      } catch (error) {
        return { name, ok: false, reason: error instanceof Error ? error.message : String(error) };
      }
    }),
  );
  return { status: results.every(({ ok }) => ok) ? 'ok' : 'failing', checks: results };
}
