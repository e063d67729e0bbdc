import type { Command, StepInput } from '@triad/shared/contracts/command.ts';
import { containerJob } from '@triad/shared/contracts/container.ts';
import { formatCommandId } from '@triad/shared/contracts/names.ts';
import type { PipelineStep } from '@triad/shared/contracts/pipeline.ts';
import type { RunPlan } from '@triad/shared/contracts/run-plan.ts';
import { jobOfKind } from '@triad/shared/contracts/step-kind.ts';
import type { RunStatus } from './run-status.ts';

/** The command for one attempt: it follows from the run's plan and the outputs of earlier steps. */
export function commandOf(
  plan: RunPlan,
  status: RunStatus,
  step: PipelineStep,
  attempt: number,
): Command {
  const { runId, runDate, planHash, codeRevision, seed } = plan;
  return {
    version: 1,
    id: formatCommandId({ runId, step: step.name, attempt }),
    runId,
    step: step.name,
    attempt,
    job: jobOf(step),
    kind: step.kind,
    runDate,
    params: { ...plan.params, ...step.with },
    inputs: step.after.flatMap((name) => inputsFrom(name, status)),
    resources: step.resources,
    limits: step.limits,
    ...(step.container && { container: step.container }),
    pins: { planHash, codeRevision, seed },
  };
}

export function jobOf(step: PipelineStep): string {
  if (step.kind === 'approval') throw new Error(`approval step ${step.name} has no job`);
  if (step.kind !== 'container') return jobOfKind[step.kind];
  if (step.container) return containerJob;
  if (!step.job) throw new Error(`container step ${step.name} passed validation without a job`);
  return step.job;
}

function inputsFrom(name: string, status: RunStatus): StepInput[] {
  const outputs = status.steps.get(name)?.result?.outputs ?? [];
  return outputs.map(({ name: output, path, bytes, sha256 }) => ({
    name: output,
    step: name,
    path,
    bytes,
    sha256,
  }));
}
