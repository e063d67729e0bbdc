import { containerJob } from '@triad/shared/contracts/container.ts';
import { type Pipeline, pipeline as pipelineSchema } from '@triad/shared/contracts/pipeline.ts';
import { parseVersioned } from '@triad/shared/contracts/versioned.ts';
import { isErrorCode } from '@triad/shared/errors/catalogue.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import { badTrigger } from '../events/validate-triggers.ts';
import { badSchedule } from '../schedule/validate-schedule.ts';
import { nodesOnCycle } from './nodes-on-cycle.ts';
import { resolveParams } from './resolve-params.ts';
import { withVerificationSteps } from './verification-steps.ts';

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
    badCondition(pipeline) ??
    badFanOut(pipeline) ??
    badApproval(pipeline) ??
    badRetry(pipeline) ??
    badSchedule(pipeline) ??
    badDefault(pipeline) ??
    badTrigger(pipeline);
  if (reason) throw new TriadError('PIPELINE_INVALID', { pipeline: pipeline.name, reason });
  return withVerificationSteps(pipeline);
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

function cycle({ steps }: Pipeline): string | undefined {
  const waiting = nodesOnCycle(steps);
  return waiting.length > 0 ? `steps wait for each other: ${waiting.join(', ')}` : undefined;
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

/** The steps that have surely ended when this one could start. */
function ancestors({ steps }: Pipeline, name: string): Set<string> {
  const found = new Set<string>();
  const visit = (of: string): void => {
    for (const before of steps.find((step) => step.name === of)?.after ?? []) {
      if (!found.has(before)) visit(before);
      found.add(before);
    }
  };
  visit(name);
  return found;
}

function badCondition(pipeline: Pipeline): string | undefined {
  for (const step of pipeline.steps) {
    for (const condition of step.when) {
      const where = `step ${step.name}: when:`;
      if ('param' in condition) {
        const spec = pipeline.params[condition.param];
        if (!spec) return `${where} there is no parameter ${condition.param}`;
        const type =
          spec.type === 'integer' ? 'number' : spec.type === 'date' ? 'string' : spec.type;
        if (typeof condition.value !== type) {
          return `${where} parameter ${condition.param} is compared with ${condition.value}, which is no ${spec.type}`;
        }
      } else if (!ancestors(pipeline, step.name).has(condition.step)) {
        return `${where} step ${condition.step} does not come before it`;
      }
    }
  }
  return undefined;
}

/** Room that the number of an instance takes in its name. */
const INSTANCE_DIGITS = 5;

function badFanOut(pipeline: Pipeline): string | undefined {
  for (const { name, kind, forEach } of pipeline.steps) {
    if (!forEach) continue;
    const where = `step ${name}: forEach:`;
    if (kind === 'approval') return `${where} an approval is asked for once`;
    if (name.length + INSTANCE_DIGITS > 63) return `${where} its name is too long to be numbered`;
    const clash = pipeline.steps.find(
      (other) => /^-\d+$/.test(other.name.slice(name.length)) && other.name.startsWith(name),
    );
    if (clash) return `${where} step ${clash.name} has the name of an instance`;
    const { over } = forEach;
    if ('param' in over && pipeline.params[over.param]?.type !== 'string') {
      return `${where} expected a parameter of type string, got ${over.param}`;
    }
    if ('step' in over && !ancestors(pipeline, name).has(over.step)) {
      return `${where} step ${over.step} does not come before it`;
    }
    const fanned = 'step' in over && pipeline.steps.some((s) => s.name === over.step && s.forEach);
    if (fanned) return `${where} step ${over.step} fans out itself, so it has no one list`;
  }
  return undefined;
}

function badApproval({ steps }: Pipeline): string | undefined {
  const wrong = steps.find((step) => step.approval && step.kind !== 'approval');
  return wrong && `step ${wrong.name}: only an approval step has an approval`;
}

/** Only a job that is not Triad's own can fail with codes that the catalogue does not have. */
function badRetry({ steps }: Pipeline): string | undefined {
  for (const { name, job, retry } of steps) {
    const codes = job ? [] : retry.rules.flatMap(({ errors }) => errors);
    const unknown = codes.find((code) => !isErrorCode(code));
    if (unknown) return `step ${name}: retry: there is no error ${unknown}`;
  }
  return undefined;
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
