import { demand } from '@triad/shared/access/principal.ts';
import type { Clock } from '@triad/shared/clock/clock.ts';
import { isoDate } from '@triad/shared/contracts/dates.ts';
import {
  type InvokeAnswer,
  invokeRequest,
  type JobView,
} from '@triad/shared/contracts/job-view.ts';
import { commandId, slug } from '@triad/shared/contracts/names.ts';
import { parseInput } from '@triad/shared/errors/parse-input.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import { isKnown, principalOf } from '@triad/shared/http/authentication.ts';
import { routeNotFound } from '@triad/shared/http/error-response.ts';
import { type HttpGuard, httpApp } from '@triad/shared/http/http-app.ts';
import { pushBodyLimit } from '@triad/shared/http/json-body.ts';
import type { Logger } from '@triad/shared/log/logger.ts';
import type { Messenger } from '@triad/shared/messenger/messenger.ts';
import { checkAll, type HealthReason, reasonsOf } from '@triad/shared/service/health.ts';
import type { Readiness } from '@triad/shared/service/readiness.ts';
import type { Express, RequestHandler, Response } from 'express';
import { z } from 'zod';
import type { InvokerMetrics } from './invoker-metrics.ts';
import { type InvokeOptions, invoke } from './launch-job.ts';
import type { CommandReceiver } from './receive-command.ts';
import { receivePush } from './receive-push.ts';

export interface InvokerAppOptions extends InvokeOptions {
  commands: CommandReceiver;
  messenger: Messenger;
  clock: Clock;
  log: Logger;
  readiness: Readiness;
  guard: HttpGuard;
  metrics: InvokerMetrics;
}

/** Of how many, the newest, `/metrics` counts those that run. */
const countLimit = 500;

const jobQuery = z.strictObject({
  /** Only jobs that are listed after this one. */
  before: commandId.optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
});
const invokeQuery = z.strictObject({ run_date: isoDate, job: slug.default('sql-runner') });

/** The invoker's HTTP interface. */
export function createInvokerApp(options: InvokerAppOptions): Express {
  const { jobs, commands, artifacts, messenger, clock, log, readiness, guard, metrics } = options;
  const ports = {
    artifacts: () => artifacts.check(),
    jobs: () => jobs.check(),
    messenger: () => messenger.check(),
  };
  const existing = (job: JobView | undefined, id: string): JobView => {
    if (!job) throw new TriadError('NOT_FOUND', { what: 'job', name: id });
    return job;
  };
  const answerInvoked = (response: Response, job: JobView) => {
    const { name, displayName, state, created } = job;
    response.status(202).json({ name, displayName, state, created } satisfies InvokeAnswer);
  };

  return httpApp({
    ...guard,
    log,
    bodyLimit: pushBodyLimit,
    openPaths: ['/healthz', '/readyz'],
    routes(app) {
      app.get('/healthz', (_request, response) => void response.status(204).end());
      app.get('/readyz', async (request, response) => {
        answerHealth(response, await readiness.reasons(), isKnown(request));
      });
      app.use(onlyServices);

      // Express answers HEAD as it does GET, but to look must not start anything.
      app.head('/invoke', routeNotFound);
      app.get('/invoke', async (request, response) => {
        const asked = parseInput(invokeQuery, request.query, 'GET /invoke');
        answerInvoked(response, await invoke(options, asked, request.get('idempotency-key')));
      });
      app.post('/invoke', async (request, response) => {
        const asked = parseInput(invokeRequest, request.body, 'POST /invoke');
        answerInvoked(response, await invoke(options, asked, request.get('idempotency-key')));
      });

      app.get('/healthcheck', async (_request, response) => {
        answerHealth(response, reasonsOf(await checkAll(ports, clock)));
      });
      app.get('/metrics', async (_request, response) => {
        const known = await jobs.list(countLimit);
        const text = await metrics.text(known.filter(({ state }) => state === 'running').length);
        response.type(metrics.contentType).send(text);
      });

      app.get('/jobs', async (request, response) => {
        const { before, limit } = parseInput(jobQuery, request.query, 'GET /jobs');
        const found = await jobs.list(limit + 1, before);
        const page = found.slice(0, limit);
        const next = found.length > limit ? page.at(-1)?.name : null;
        response.json({ jobs: page, next });
      });
      app.get('/jobs/:id', async (request, response) => {
        const { id } = request.params;
        response.json(existing(await jobs.get(id), id));
      });
      app.get('/jobs/:id/logs', async (request, response) => {
        const { id } = request.params;
        existing(await jobs.get(id), id);
        response.type('text/plain').send(await jobs.logs(id));
      });
      app.post<{ id: string }>('/jobs/:id\\:cancel', async (request, response) => {
        const { id } = request.params;
        const job = existing(await commands.cancelJob(id), id);
        response.status(job.state === 'running' ? 202 : 200).json(job);
      });

      app.post('/pubsub/push', async (request, response) => {
        await receivePush(options, request.body);
        response.status(204).end();
      });
    },
  });
}

/** No user has business here: what they may ask, they ask the orchestrator. */
const onlyServices: RequestHandler = (request, _response, next) => {
  demand('service', principalOf(request), `${request.method} ${request.path}`);
  next();
};

/** Reasons name buckets and addresses: they are not for strangers. */
function answerHealth(response: Response, reasons: HealthReason[], tellsWhy = true): void {
  if (reasons.length === 0) response.status(204).end();
  else response.status(503).json({ status: 'unavailable', ...(tellsWhy && { reasons }) });
}
