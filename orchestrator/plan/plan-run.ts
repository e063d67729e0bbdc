import { createHash } from 'node:crypto';
import type { Pipeline } from '@triad/shared/contracts/pipeline.ts';
import type { CreateRunRequest } from '@triad/shared/contracts/run-view.ts';
import type { RunPlan } from '@triad/shared/state/state-store.ts';
import { resolveParams } from './resolve-params.ts';

export interface PlanContext {
  runId: string;
  createdAt: Date;
  codeRevision: string;
  trigger: RunPlan['trigger'];
}

/** Pins everything that a run depends on, so that its commands follow from its plan alone. */
export function planRun(
  pipeline: Pipeline,
  request: Pick<CreateRunRequest, 'runDate' | 'params' | 'seed'>,
  { runId, createdAt, codeRevision, trigger }: PlanContext,
): RunPlan {
  const params = resolveParams(pipeline, request.params);
  const { runDate, seed } = request;
  const planHash = createHash('sha256')
    .update(canonicalJson({ pipeline, runDate, params, seed }))
    .digest('hex');
  return { runId, pipeline, runDate, params, seed, planHash, codeRevision, trigger, createdAt };
}

/** JSON with sorted keys: equal values give equal text. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
