import { createHash } from 'node:crypto';
import type { Command } from '@triad/shared/contracts/command.ts';
import type { PipelineStep } from '@triad/shared/contracts/pipeline.ts';
import type { RunPlan } from '@triad/shared/contracts/run-plan.ts';
import { warehouseJob } from '@triad/shared/contracts/step-kind.ts';
import { canonicalJson } from '../plan/canonical-json.ts';

/**
 * Names everything that an attempt's result follows from: code, program, kind, parameters, run
 * date, seed, its inputs by content, and what was verified of it. `undefined` for a step whose
 * result must not be reused: where the pipeline or the run does not want it, where the step asks
 * for a fresh one, where it reads or writes the warehouse (which its inputs do not name), or where
 * its code is not known: it is that of a commit, or of an image named by its digest.
 */
export function cacheKey(
  { pipeline, fresh }: Pick<RunPlan, 'pipeline' | 'fresh'>,
  command: Command,
  { fresh: freshness, postconditions }: Pick<PipelineStep, 'fresh' | 'postconditions'>,
): string | undefined {
  const { job, container, kind, runDate, params, inputs, pins } = command;
  if (pipeline.cache === 'off' || fresh || freshness === 'required') return undefined;
  if (job === warehouseJob || !isCommit(pins.codeRevision)) return undefined;
  if (kind === 'container' && !digest.test(container?.image ?? '')) return undefined;
  const contents = inputs.map(({ name, sha256 }) => ({ name, sha256 }));
  const { codeRevision, seed } = pins;
  const work = { job, ...(container && { container }), kind, runDate, params, codeRevision, seed };
  return createHash('sha256')
    .update(canonicalJson({ ...work, inputs: contents, postconditions }))
    .digest('hex');
}

const digest = /@sha256:[0-9a-f]{64}$/;

const isCommit = (revision: string): boolean => /^[0-9a-f]{40,64}$/.test(revision);
