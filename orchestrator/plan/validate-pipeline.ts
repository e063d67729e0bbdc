import { containerJob } from '@triad/shared/contracts/container.ts';
import { type Pipeline, pipeline as pipelineSchema } from '@triad/shared/contracts/pipeline.ts';
import { parseVersioned } from '@triad/shared/contracts/versioned.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import { Cron } from 'croner';
import nodeCron from 'node-cron';
import { resolveParams } from './resolve-params.ts';

/**
 * A pipeline definition with its defaults filled in, or an error that says what is wrong with it:
 * `CONTRACT_VERSION_UNKNOWN`, `INPUT_INVALID` for its form, `PIPELINE_INVALID` for what the form
 * cannot say.
 */
export function validatePipeline(definition: unknown, where: string): Pipeline {
  const pipeline = parseVersioned(`pipeline ${where}`, 1, pipelineSchema, definition);
  const reason =
    duplicateStep(pipeline) ??
    unknownDependency(pipeline) ??
    cycle(pipeline) ??
    missingJob(pipeline) ??
    badSchedule(pipeline) ??
    badDefault(pipeline);
  if (reason) throw new TriadError('PIPELINE_INVALID', { pipeline: pipeline.name, reason });
  return pipeline;
}

function duplicateStep({ steps }: Pipeline): string | undefined {
  const names = steps.map((step) => step.name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  return twice && `two steps are named ${twice}`;
}

function unknownDependency({ steps }: Pipeline): string | undefined {
  const names = new Set(steps.map((step) => step.name));
  for (const step of steps) {
    const unknown = step.after.find((name) => !names.has(name));
    if (unknown) return `step ${step.name} comes after ${unknown}, which does not exist`;
  }
  return undefined;
}

/** Takes away the steps whose dependencies are gone (Kahn 1962); what stays is on a cycle. */
function cycle({ steps }: Pipeline): string | undefined {
  let left = steps;
  for (;;) {
    const names = new Set(left.map((step) => step.name));
    const blocked = left.filter((step) => step.after.some((name) => names.has(name)));
    if (blocked.length === 0) return undefined;
    if (blocked.length === left.length) {
      return `steps wait for each other: ${blocked.map((step) => step.name).join(', ')}`;
    }
    left = blocked;
  }
}

function missingJob({ steps }: Pipeline): string | undefined {
  for (const step of steps) {
    const { name, kind, job, container } = step;
    if (kind === 'container' && !job && !container) {
      return `step ${name} names no job and has no container`;
    }
    if (job && container) return `step ${name} has a container, so it names no job`;
    if (kind !== 'container' && (job || container)) {
      return `step ${name}: only a container step names its job or has a container`;
    }
    if (job === containerJob) return `step ${name}: the job ${containerJob} needs a container`;
  }
  return undefined;
}

function badSchedule({ schedule, params }: Pipeline): string | undefined {
  if (!schedule) return undefined;
  // One library computes the ticks and the other fires them: both must read the expression.
  const isCron = schedule.cron.split(' ').length === 5 && nodeCron.validate(schedule.cron);
  if (!isCron) return `schedule: expected a five-field cron expression, got "${schedule.cron}"`;
  const open = Object.entries(params).find(([, p]) => p.required && p.default === undefined);
  if (open) return `a schedule gives no parameters, so the required ${open[0]} needs a default`;
  try {
    const next = new Cron(schedule.cron, { timezone: schedule.timezone, paused: true }).nextRun();
    return next ? undefined : `schedule ${schedule.cron} never fires`;
  } catch (error) {
    return `schedule: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** A default must be a value that the parameter itself would accept. */
function badDefault(pipeline: Pipeline): string | undefined {
  const defaults = Object.entries(pipeline.params).flatMap(([name, spec]) =>
    spec.default === undefined ? [] : [[name, spec.default] as const],
  );
  const optional = Object.fromEntries(
    Object.entries(pipeline.params).map(([name, spec]) => [name, { ...spec, required: false }]),
  );
  try {
    resolveParams({ ...pipeline, params: optional }, Object.fromEntries(defaults));
    return undefined;
  } catch (error) {
    return `a default is wrong: ${error instanceof Error ? error.message : String(error)}`;
  }
}
