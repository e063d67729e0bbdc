import type { Clock } from '@triad/shared/clock/clock.ts';
import { isoDate } from '@triad/shared/contracts/dates.ts';
import {
  type InvokeAnswer,
  invokeRequest,
  type JobView,
} from '@triad/shared/contracts/job-view.ts';
import { slug } from '@triad/shared/contracts/names.ts';
import { parseInput } from '@triad/shared/errors/parse-input.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import { routeNotFound } from '@triad/shared/http/error-response.ts';
import { httpApp } from '@triad/shared/http/http-app.ts';
import { pushBodyLimit } from '@triad/shared/http/json-body.ts';
import type { Logger } from '@triad/shared/log/logger.ts';
import type { Messenger } from '@triad/shared/messenger/messenger.ts';
import type { Express, Response } from 'express';
import { z } from 'zod';
import { checkHealth } from './health.ts';
import { type InvokeOptions, invoke } from './launch-job.ts';
import type { CommandReceiver } from './receive-command.ts';
import { receivePush } from './receive-push.ts';

export interface InvokerAppOptions extends InvokeOptions {
  commands: CommandReceiver;
  messenger: Messenger;
  clock: Clock;
  log: Logger;
}

/** How many jobs `GET /jobs` shows. */
const listLimit = 100;

const invokeQuery = z.strictObject({ run_date: isoDate, job: slug.default('sql-runner') });

/** The invoker's HTTP interface. */
export function createInvokerApp(options: InvokerAppOptions): Express {
  const { jobs, commands, artifacts, messenger, clock, log } = options;
  const existing = (job: JobView | undefined, id: string): JobView => {
    if (!job) throw new TriadError('NOT_FOUND', { what: 'job', name: id });
    return job;
  };
  const answerInvoked = (response: Response, job: JobView) => {
    const { name, displayName, state, created } = job;
    response.status(202).json({ name, displayName, state, created } satisfies InvokeAnswer);
  };

  return httpApp({
    log,
    bodyLimit: pushBodyLimit,
    routes(app) {
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
        const reasons = await checkHealth({ artifacts, jobs, messenger }, clock);
        if (reasons.length === 0) response.status(204).end();
        else response.status(503).json({ status: 'unavailable', reasons });
      });

      app.get('/jobs', async (_request, response) => {
        response.json({ jobs: await jobs.list(listLimit) });
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
