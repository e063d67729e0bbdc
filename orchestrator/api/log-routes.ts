import { formatCommandId, runId, slug } from '@triad/shared/contracts/names.ts';
import { attemptLog } from '@triad/shared/contracts/run-view.ts';
import { z } from 'zod';
import type { JobLogs } from '../logs/job-logs.ts';
import { type Route, route } from './route.ts';

export const logRoutes = (logs: JobLogs): Route[] => [
  route({
    method: 'get',
    path: '/v1/runs/{runId}/steps/{step}/attempts/{attempt}/log',
    summary: 'Show what the job of an attempt has printed; nothing when it has not started.',
    params: z.strictObject({ runId, step: slug, attempt: z.coerce.number().int().min(1) }),
    status: 200,
    response: attemptLog,
    handle: async ({ params }) => ({ text: await logs.textOf(formatCommandId(params)) }),
  }),
];
