import { z } from 'zod';
import { alarmPolicy } from './alarm-policy.ts';
import { condition, runIf } from './condition.ts';
import { container } from './container.ts';
import { fanOut } from './fan-out.ts';
import { params, paramValue } from './json.ts';
import { slug } from './names.ts';
import { postcondition } from './postcondition.ts';
import { resources } from './resources.ts';
import { retryPolicy } from './retry-policy.ts';
import { pipelineSchedule } from './schedule.ts';
import { sensor } from './sensor.ts';
import { stepKind } from './step-kind.ts';
import { stepLimits } from './step-limits.ts';
import { pipelineTrigger } from './trigger.ts';

/** A declared parameter of a pipeline. */
export const paramSpec = z.strictObject({
  type: z.enum(['string', 'integer', 'number', 'boolean', 'date']),
  description: z.string().min(1),
  /** Without a default the parameter is simply absent when it is not given. */
  default: paramValue.optional(),
  required: z.boolean().default(false),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
});
export type ParamSpec = z.infer<typeof paramSpec>;

/** How an `approval` step is decided when nobody does in time. */
export const approval = z.strictObject({
  timeoutSeconds: z.int().min(1).default(86_400),
  onTimeout: z.enum(['fail', 'skip', 'approve']).default('fail'),
});
export type Approval = z.infer<typeof approval>;

export const pipelineStep = z.strictObject({
  name: slug,
  kind: stepKind,
  /** The job of a `container` step; the other kinds imply theirs. */
  job: slug.optional(),
  /** Instead of a job: what a `container` step runs. */
  container: container.optional(),
  /** Steps that must come first; the outputs of those that succeeded are this step's inputs. */
  after: z.array(slug).default([]),
  /** Which ends of the steps in `after` let this one start. */
  runIf: runIf.default('all_succeeded'),
  /** The step is skipped unless all of these hold. */
  when: z.array(condition).default([]),
  forEach: fanOut.optional(),
  approval: approval.optional(),
  /** Fixed parameters of this step; they win over the run's. */
  with: params.default({}),
  resources: resources.prefault({}),
  limits: stepLimits.prefault({}),
  retry: retryPolicy.prefault({}),
  /** Pools of `TRIAD_POOLS` in which the step needs a slot while it runs. */
  pools: z.array(slug).default([]),
  /** Whether an equal earlier attempt of a pipeline with `cache: 'on'` may stand for this one. */
  fresh: z.enum(['allowed', 'required']).default('allowed'),
  postconditions: z.array(postcondition).default([]),
});
export type PipelineStep = z.infer<typeof pipelineStep>;

export const pipeline = z.strictObject({
  version: z.literal(1),
  name: slug,
  description: z.string().min(1),
  schedule: pipelineSchedule.optional(),
  /** What else than its schedule starts the pipeline. */
  triggers: z.array(pipelineTrigger).default([]),
  sensors: z.array(sensor).default([]),
  alarms: alarmPolicy.prefault({}),
  /** Runs of this pipeline that may be active at a time. */
  maxActiveRuns: z.int().min(1).default(16),
  /** Steps of this pipeline, over all of its runs, that may run at a time. */
  maxActiveSteps: z.int().min(1).optional(),
  /** Of two runs that wait, the one of higher priority goes first. */
  priority: z.int().min(0).max(100).default(50),
  /** Whether steps whose inputs, parameters and code are those of an earlier attempt reuse it. */
  cache: z.enum(['on', 'off']).default('off'),
  params: z.record(z.string(), paramSpec).default({}),
  steps: z.array(pipelineStep).min(1),
});
/** A validated pipeline with all defaults filled in: pure data, stored with each run. */
export type Pipeline = z.infer<typeof pipeline>;
/** What a pipeline file declares. */
export type PipelineDefinition = z.input<typeof pipeline>;
