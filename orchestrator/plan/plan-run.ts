import { createHash } from 'node:crypto';
import type { Interval } from '@triad/shared/contracts/interval.ts';
import type { Params } from '@triad/shared/contracts/json.ts';
import type { Pipeline } from '@triad/shared/contracts/pipeline.ts';
import type { RunPlan } from '@triad/shared/contracts/run-plan.ts';
import type { RunTrigger } from '@triad/shared/contracts/run-trigger.ts';
import { canonicalJson } from './canonical-json.ts';
import { resolveParams } from './resolve-params.ts';

/** What somebody, or something, wants run. */
export interface RunRequest {
  pipeline: Pipeline;
  runDate: string;
  params: Params;
  trigger: RunTrigger;
  /** @default 0 */
  seed?: number | undefined;
  /** What the run answers; of all requests with the same cause, the first makes a run. @default null */
  cause?: string | null;
  /** @default null */
  interval?: Interval | null;
  /** @default the pipeline's */
  priority?: number | undefined;
  /** @default false */
  fresh?: boolean | undefined;
  /** @default null */
  rerunOf?: string | null;
}

export interface PlanContext {
  runId: string;
  createdAt: Date;
  codeRevision: string;
}

/** Pins everything that a run depends on, so that its commands follow from its plan alone. */
export function planRun(request: RunRequest, context: PlanContext): RunPlan {
  const { pipeline, runDate, trigger, seed = 0, interval = null } = request;
  const params = resolveParams(pipeline, request.params);
  const planHash = hashOf({ pipeline: pipelineHash(pipeline), runDate, interval, params, seed });
  return {
    ...context,
    pipeline,
    runDate,
    interval,
    params,
    seed,
    planHash,
    trigger,
    cause: request.cause ?? null,
    rerunOf: request.rerunOf ?? null,
    priority: request.priority ?? pipeline.priority,
    queued: true,
    fresh: request.fresh ?? false,
  };
}

const hashOf = (value: unknown): string =>
  createHash('sha256').update(canonicalJson(value)).digest('hex');

/** Made once for each pipeline, which is most of a plan. */
function pipelineHash(pipeline: Pipeline): string {
  const known = hashes.get(pipeline) ?? hashOf(pipeline);
  hashes.set(pipeline, known);
  return known;
}

const hashes = new WeakMap<Pipeline, string>();
