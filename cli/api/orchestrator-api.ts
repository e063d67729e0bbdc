import {
  type BackfillAnswer,
  type BackfillDetails,
  type BackfillList,
  type BackfillRequest,
  type BackfillView,
  backfillAnswer,
  backfillDetails,
  backfillList,
  backfillView,
} from '@triad/shared/contracts/backfill.ts';
import {
  type EventReceipt,
  type EventView,
  eventList,
  eventReceipt,
} from '@triad/shared/contracts/event-view.ts';
import { type Pipeline, pipeline } from '@triad/shared/contracts/pipeline.ts';
import { type Pruned, pruned } from '@triad/shared/contracts/pruned.ts';
import type { RunTrigger } from '@triad/shared/contracts/run-trigger.ts';
import {
  type ApprovalRequest,
  attemptLog,
  type CreateRunRequest,
  type RerunRequest,
  type RunState,
  type RunSummary,
  type RunView,
  runList,
  runView,
  type WaiverRequest,
} from '@triad/shared/contracts/run-view.ts';
import {
  type SensorCheck,
  type SensorView,
  sensorCheck,
  sensorList,
} from '@triad/shared/contracts/sensor-view.ts';
import {
  type PauseRequest,
  type PauseView,
  pauseView,
  type TickList,
  type TickView,
  tickList,
} from '@triad/shared/contracts/tick.ts';

import { z } from 'zod';
import { AccessApi } from './access-api.ts';
import { AlarmApi } from './alarm-api.ts';
import { ApiClient } from './api-client.ts';

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

export interface TickFilter {
  pipeline?: string;
  state?: TickView['state'];
  /** Only ticks whose occurrence is earlier, or those after what `next` said. */
  before?: string;
  /** Most ticks to list. */
  limit: number;
}

/** The orchestrator's API, typed. Its errors keep their code, message and fix. */
export class OrchestratorApi {
  readonly alarms: AlarmApi;
  readonly access: AccessApi;
  readonly #client: ApiClient;

  /** @param token needed where the system requires one */
  constructor(url: string, token?: string) {
    this.#client = new ApiClient(url, token);
    this.alarms = new AlarmApi(this.#client);
    this.access = new AccessApi(this.#client);
  }

  /** @param idempotencyKey of two requests with one, the second gets the run of the first */
  createRun(request: CreateRunRequest, idempotencyKey?: string): Promise<RunView> {
    const path = '/v1/runs';
    const once = idempotencyKey !== undefined && { idempotencyKey };
    return this.#client.ask(runView, { method: 'POST', path, body: request, ...once });
  }

  getRun(runId: string): Promise<RunView> {
    return this.#client.ask(runView, { path: `/v1/runs/${encodeURIComponent(runId)}` });
  }

  /** What the job of an attempt has printed; empty when it has not started. */
  async attemptLog(runId: string, step: string, attempt: number): Promise<string> {
    const path = `/v1/runs/${encodeURIComponent(runId)}/steps/${encodeURIComponent(step)}/attempts/${attempt}/log`;
    return (await this.#client.ask(attemptLog, { path })).text;
  }

  /** Newest first; asks for a page at a time, and only for as many as are taken. */
  async *runs(filter: RunFilter = {}): AsyncGenerator<RunSummary> {
    let before: string | null = filter.before ?? null;
    do {
      const query = new URLSearchParams({ ...filter, limit: String(PAGE) });
      if (before !== null) query.set('before', before);
      const page: z.output<typeof runList> = await this.#client.ask(runList, {
        path: `/v1/runs?${query}`,
      });
      yield* page.runs;
      before = page.next;
    } while (before !== null);
  }

  cancelRun(runId: string): Promise<RunView> {
    const path = `/v1/runs/${encodeURIComponent(runId)}:cancel`;
    return this.#client.ask(runView, { method: 'POST', path });
  }

  retryRun(runId: string): Promise<RunView> {
    const path = `/v1/runs/${encodeURIComponent(runId)}:retry`;
    return this.#client.ask(runView, { method: 'POST', path });
  }

  /** A new run like an earlier one. */
  rerunRun(runId: string, changes: RerunRequest): Promise<RunView> {
    const path = `/v1/runs/${encodeURIComponent(runId)}:rerun`;
    return this.#client.ask(runView, { method: 'POST', path, body: changes });
  }

  decideApproval(
    runId: string,
    step: string,
    verb: 'approve' | 'refuse',
    decision: ApprovalRequest,
  ): Promise<RunView> {
    const path = `/v1/runs/${encodeURIComponent(runId)}/steps/${encodeURIComponent(step)}:${verb}`;
    return this.#client.ask(runView, { method: 'POST', path, body: decision });
  }

  skipStep(runId: string, step: string, waiver: WaiverRequest): Promise<RunView> {
    const path = `/v1/runs/${encodeURIComponent(runId)}/steps/${encodeURIComponent(step)}:skip`;
    return this.#client.ask(runView, { method: 'POST', path, body: waiver });
  }

  async pipelines(): Promise<Pipeline[]> {
    return (await this.#client.ask(pipelineList, { path: '/v1/pipelines' })).pipelines;
  }

  pipeline(name: string): Promise<Pipeline> {
    return this.#client.ask(pipeline, { path: `/v1/pipelines/${encodeURIComponent(name)}` });
  }

  /** Newest first. */
  async events(limit: number): Promise<EventView[]> {
    return (await this.#client.ask(eventList, { path: `/v1/events?limit=${limit}` })).events;
  }

  sendEvent(event: unknown): Promise<EventReceipt> {
    return this.#client.ask(eventReceipt, { method: 'POST', path: '/v1/events', body: event });
  }

  async sensors(): Promise<SensorView[]> {
    return (await this.#client.ask(sensorList, { path: '/v1/sensors' })).sensors;
  }

  checkSensor(pipelineName: string, name: string, force: boolean): Promise<SensorCheck> {
    const path = `/v1/sensors/${encodeURIComponent(pipelineName)}/${encodeURIComponent(name)}:check`;
    return this.#client.ask(sensorCheck, { method: 'POST', path, body: { force } });
  }

  pause(name: string, request: PauseRequest): Promise<PauseView> {
    const path = `/v1/pipelines/${encodeURIComponent(name)}:pause`;
    return this.#client.ask(pauseView, { method: 'POST', path, body: request });
  }

  resume(name: string): Promise<PauseView> {
    const path = `/v1/pipelines/${encodeURIComponent(name)}:resume`;
    return this.#client.ask(pauseView, { method: 'POST', path });
  }

  /** Newest occurrence first. */
  ticks(filter: TickFilter): Promise<TickList> {
    const query = new URLSearchParams({ ...filter, limit: String(filter.limit) });
    return this.#client.ask(tickList, { path: `/v1/ticks?${query}` });
  }

  backfill(name: string, request: BackfillRequest): Promise<BackfillAnswer> {
    const path = `/v1/pipelines/${encodeURIComponent(name)}:backfill`;
    return this.#client.ask(backfillAnswer, { method: 'POST', path, body: request });
  }

  /** Newest first. */
  backfills(filter: { pipeline?: string; before?: string; limit: number }): Promise<BackfillList> {
    const query = new URLSearchParams({ ...filter, limit: String(filter.limit) });
    return this.#client.ask(backfillList, { path: `/v1/backfills?${query}` });
  }

  backfillDetails(id: string): Promise<BackfillDetails> {
    return this.#client.ask(backfillDetails, { path: `/v1/backfills/${encodeURIComponent(id)}` });
  }

  cancelBackfill(id: string): Promise<BackfillView> {
    const path = `/v1/backfills/${encodeURIComponent(id)}:cancel`;
    return this.#client.ask(backfillView, { method: 'POST', path });
  }

  health(): Promise<HealthReport> {
    return this.#client.ask(healthReport, { path: '/v1/health' });
  }

  /** Newest first. */
  deadLetters(limit: number, before?: string): Promise<DeadLetterList> {
    const query = new URLSearchParams({ limit: String(limit), ...(before && { before }) });
    return this.#client.ask(deadLetterList, { path: `/v1/dead-letters?${query}` });
  }

  async replayDeadLetter(id: string): Promise<void> {
    const path = `/v1/dead-letters/${encodeURIComponent(id)}:replay`;
    await this.#client.ask(z.undefined(), { method: 'POST', path });
  }

  /** @returns the path of the copy */
  async backupState(name: string): Promise<string> {
    const answer = z.object({ path: z.string() });
    const request = { method: 'POST', path: '/v1/state:backup', body: { name } } as const;
    return (await this.#client.ask(answer, request)).path;
  }

  prune(olderThanDays: number, dryRun: boolean): Promise<Pruned> {
    const body = { olderThanDays, dryRun };
    return this.#client.ask(pruned, { method: 'POST', path: '/v1/state:prune', body });
  }
}
