import {
  type Pipeline,
  type PipelineStep,
  pipelineStep,
} from '@triad/shared/contracts/pipeline.ts';
import type { Postcondition, PostconditionOf } from '@triad/shared/contracts/postcondition.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';

const maxNameLength = 63;

/**
 * The pipeline with a step of its own for what only the workload can verify: the postconditions
 * `sql` and `canary` of a step X become a step `verify-X`, between X and all that came after it.
 * What that step measures, its own postconditions judge.
 *
 * Pure, and done to a pipeline that has been expanded it changes nothing. `PIPELINE_INVALID` when
 * two queries of a step have one name, or a model is one of many that a fan-out makes.
 */
export function withVerificationSteps(pipeline: Pipeline): Pipeline {
  return pipeline.steps.reduce((expanded, { name }) => {
    const step = expanded.steps.find((candidate) => candidate.name === name);
    return step ? verified(expanded, step) : expanded;
  }, pipeline);
}

function verified(pipeline: Pipeline, step: PipelineStep): Pipeline {
  const reason = problemOf(step);
  if (reason) throw new TriadError('PIPELINE_INVALID', { pipeline: pipeline.name, reason });
  const queries = step.postconditions.filter(isOfKind('sql'));
  const canaries = step.postconditions.filter(isOfKind('canary'));
  const definitions = [
    ...(queries.length > 0 ? [queriesStep(queries)] : []),
    ...canaries.map((canary) => canaryStep(step, canary)),
  ];
  if (definitions.length === 0) return pipeline;
  const taken = new Set(pipeline.steps.map(({ name }) => name));
  const added = definitions.map((definition) => {
    const name = freeName(`verify-${step.name}`, taken);
    taken.add(name);
    // What was found of the world an hour ago proves nothing about it now.
    return pipelineStep.parse({ ...definition, name, after: [step.name], fresh: 'required' });
  });
  return { ...pipeline, steps: pipeline.steps.flatMap((other) => inserted(other, step, added)) };
}

/** Everything after the step also comes after its verification. */
function inserted(other: PipelineStep, step: PipelineStep, added: PipelineStep[]): PipelineStep[] {
  if (other.name === step.name) {
    const own = step.postconditions.filter(({ kind }) => kind !== 'sql' && kind !== 'canary');
    return [{ ...step, postconditions: own }, ...added];
  }
  if (!other.after.includes(step.name)) return [other];
  return [{ ...other, after: [...other.after, ...added.map(({ name }) => name)] }];
}

type StepPart = Pick<PipelineStep, 'kind' | 'with' | 'postconditions'>;

/** Each query is a parameter of the check, named by what it returns. */
const queriesStep = (queries: PostconditionOf<'sql'>[]): StepPart => ({
  kind: 'check',
  with: Object.fromEntries(
    queries.map(({ name, returns, query }) => [`sql.${returns}.${name}`, query]),
  ),
  postconditions: queries.map(({ name, returns, min, max }) =>
    returns === 'number'
      ? metricWithin(`sql.${name}`, { min, max })
      : { kind: 'checks', names: [name], min: 1 },
  ),
});

/** The parameters of the step that made the model are those that its scores need. */
const canaryStep = (
  { with: own }: PipelineStep,
  { output, scores }: PostconditionOf<'canary'>,
): StepPart => ({
  kind: 'canary',
  with: { ...own, 'canary.output': output },
  postconditions: [
    metricWithin('canary.scores', { min: 1 }),
    metricWithin('canary.not_finite', { max: 0 }),
    ...Object.entries(scores).map(([score, bounds]) => metricWithin(`canary.${score}`, bounds)),
  ],
});

const metricWithin = (
  metric: string,
  { min, max }: { min?: number | undefined; max?: number | undefined },
): Postcondition => ({
  kind: 'metric',
  metric,
  ...(min !== undefined && { min }),
  ...(max !== undefined && { max }),
  change: 'relative',
});

function problemOf({ name, forEach, postconditions }: PipelineStep): string | undefined {
  const names = postconditions.filter(isOfKind('sql')).map((query) => query.name);
  const twice = names.find((query, index) => names.indexOf(query) !== index);
  if (twice) return `step ${name}: two sql postconditions are named ${twice}`;
  if (forEach && postconditions.some(isOfKind('canary'))) {
    return `step ${name}: a canary cannot tell which model of a fan-out is meant`;
  }
  return undefined;
}

function freeName(wanted: string, taken: ReadonlySet<string>): string {
  for (let number = 1; ; number += 1) {
    const suffix = number === 1 ? '' : `-${number}`;
    const name = `${wanted.slice(0, maxNameLength - suffix.length)}${suffix}`;
    if (!taken.has(name)) return name;
  }
}

const isOfKind =
  <K extends Postcondition['kind']>(kind: K) =>
  (condition: Postcondition): condition is PostconditionOf<K> =>
    condition.kind === kind;
