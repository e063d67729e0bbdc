import {
  type AuditEntry,
  auditList,
  type CreatedToken,
  type CreateTokenRequest,
  createdToken,
  type TokenView,
  tokenList,
  tokenView,
} from '@triad/shared/contracts/access.ts';
import { type Pipeline, pipeline } from '@triad/shared/contracts/pipeline.ts';
import type { RunTrigger } from '@triad/shared/contracts/run-trigger.ts';
import {
  type CreateRunRequest,
  type RunState,
  type RunSummary,
  type RunView,
  runList,
  runView,
} from '@triad/shared/contracts/run-view.ts';
import { parseInput } from '@triad/shared/errors/parse-input.ts';
import { httpJson } from '@triad/shared/http/http-json.ts';
import { z } from 'zod';
import { withListingOf } from './not-found.ts';

const pipelineList = z.object({ pipelines: z.array(pipeline) });

const deadLetter = z.object({
  id: z.string(),
  topic: z.string(),
  subscription: z.string(),
  attempts: z.int(),
  reasonCode: z.string(),
  reasonMessage: z.string(),
  at: z.string(),
  data: z.base64(),
});
export type DeadLetter = z.infer<typeof deadLetter>;
const deadLetterList = z.object({
  deadLetters: z.array(deadLetter),
  next: z.string().nullable(),
});
export type DeadLetterList = z.infer<typeof deadLetterList>;

const healthReport = z.object({
  status: z.enum(['ok', 'failing']),
  checks: z.array(z.object({ name: z.string(), ok: z.boolean(), reason: z.string().nullable() })),
});
export type HealthReport = z.infer<typeof healthReport>;

/** Most runs that one page of a list holds. */
const PAGE = 100;

export interface RunFilter {
  pipeline?: string;
  state?: RunState;
  trigger?: RunTrigger;
  /** Run dates, both inclusive. */
  runDateFrom?: string;
  runDateTo?: string;
  /** Instants, ISO 8601 in UTC: from the first on, before the second. */
  createdFrom?: string;
  createdTo?: string;
  /** Part of the run id or of the error code. */
  q?: string;
  /** Only runs created before this one. */
  before?: string;
}

export interface AuditFilter {
  actor?: string;
  outcome?: AuditEntry['outcome'];
  /** Only entries older than this one. */
  before?: string;
  limit: number;
}

/** The orchestrator's API, typed. Its errors keep their code, message and fix. */
export class OrchestratorApi {
  readonly #url: string;
  readonly #token: string | undefined;

  /** @param token needed where the system requires one */
  constructor(url: string, token?: string) {
    this.#url = url;
    this.#token = token;
  }

  createRun(request: CreateRunRequest): Promise<RunView> {
    return this.#ask(runView, { method: 'POST', path: '/v1/runs', body: request });
  }

  getRun(runId: string): Promise<RunView> {
    return this.#ask(runView, { path: `/v1/runs/${encodeURIComponent(runId)}` });
  }

  /** Newest first; asks for a page at a time, and only for as many as are taken. */
  async *runs(filter: RunFilter = {}): AsyncGenerator<RunSummary> {
    let before: string | null = filter.before ?? null;
    do {
      const query = new URLSearchParams({ ...filter, limit: String(PAGE) });
      if (before !== null) query.set('before', before);
      const page: z.output<typeof runList> = await this.#ask(runList, {
        path: `/v1/runs?${query}`,
      });
      yield* page.runs;
      before = page.next;
    } while (before !== null);
  }

  cancelRun(runId: string): Promise<RunView> {
    const path = `/v1/runs/${encodeURIComponent(runId)}:cancel`;
    return this.#ask(runView, { method: 'POST', path });
  }

  retryRun(runId: string): Promise<RunView> {
    const path = `/v1/runs/${encodeURIComponent(runId)}:retry`;
    return this.#ask(runView, { method: 'POST', path });
  }

  async pipelines(): Promise<Pipeline[]> {
    return (await this.#ask(pipelineList, { path: '/v1/pipelines' })).pipelines;
  }

  pipeline(name: string): Promise<Pipeline> {
    return this.#ask(pipeline, { path: `/v1/pipelines/${encodeURIComponent(name)}` });
  }

  health(): Promise<HealthReport> {
    return this.#ask(healthReport, { path: '/v1/health' });
  }

  /** Newest first. */
  deadLetters(limit: number, before?: string): Promise<DeadLetterList> {
    const query = new URLSearchParams({ limit: String(limit), ...(before && { before }) });
    return this.#ask(deadLetterList, { path: `/v1/dead-letters?${query}` });
  }

  async replayDeadLetter(id: string): Promise<void> {
    const path = `/v1/dead-letters/${encodeURIComponent(id)}:replay`;
    await this.#ask(z.undefined(), { method: 'POST', path });
  }

  createToken(request: CreateTokenRequest): Promise<CreatedToken> {
    return this.#ask(createdToken, { method: 'POST', path: '/v1/tokens', body: request });
  }

  /** Newest first. */
  async tokens(): Promise<TokenView[]> {
    return (await this.#ask(tokenList, { path: '/v1/tokens' })).tokens;
  }

  revokeToken(id: string): Promise<TokenView> {
    const path = `/v1/tokens/${encodeURIComponent(id)}:revoke`;
    return this.#ask(tokenView, { method: 'POST', path });
  }

  /** Newest first. */
  audit(filter: AuditFilter): Promise<z.output<typeof auditList>> {
    const { limit, ...rest } = filter;
    const query = new URLSearchParams({ ...rest, limit: String(limit) });
    return this.#ask(auditList, { path: `/v1/audit?${query}` });
  }

  async #ask<S extends z.ZodType>(answer: S, request: Request): Promise<z.output<S>> {
    const { path, ...rest } = request;
    const received = await httpJson({
      service: 'orchestrator',
      url: `${this.#url}${path}`,
      token: this.#token,
      ...rest,
    }).catch((error) => {
      throw withListingOf(path, error);
    });
    return parseInput(answer, received, `answer of the orchestrator to ${path}`);
  }
}

interface Request {
  path: string;
  method?: 'POST';
  body?: unknown;
}
