import { z } from 'zod';
import { params, paramValue } from './json.ts';
import { slug } from './names.ts';
import { resources } from './resources.ts';
import { stepKind } from './step-kind.ts';

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

/** A fact about a step's manifest that must hold before the step counts as done. */
export const postcondition = z.discriminatedUnion('kind', [
  /** The step wrote the named output. */
  z.strictObject({ kind: z.literal('output'), name: slug }),
  /** The step published rows of its run date into the table; bounds are inclusive. */
  z.strictObject({
    kind: z.literal('rows'),
    table: z.string(),
    min: z.int().min(0).default(1),
    max: z.int().min(0).optional(),
  }),
  /** A metric lies within inclusive bounds. */
  z.strictObject({
    kind: z.literal('metric'),
    metric: z.string(),
    min: z.number().optional(),
    max: z.number().optional(),
  }),
]);
export type Postcondition = z.infer<typeof postcondition>;

export const retryPolicy = z.strictObject({
  /** Including the first. */
  maxAttempts: z.int().min(1).max(100).default(3),
  /** Delay before the second attempt, in seconds; doubles each time, with jitter. */
  initialDelaySeconds: z.number().min(0).default(1),
  maxDelaySeconds: z.number().min(0).default(60),
});
export type RetryPolicy = z.infer<typeof retryPolicy>;

export const pipelineStep = z.strictObject({
  name: slug,
  kind: stepKind,
  /** The job of a `container` step; the other kinds imply theirs. */
  job: slug.optional(),
  /** Steps that must succeed first; their outputs are this step's inputs. */
  after: z.array(slug).default([]),
  /** Fixed parameters of this step; they win over the run's. */
  with: params.default({}),
  resources: resources.prefault({}),
  retry: retryPolicy.prefault({}),
  postconditions: z.array(postcondition).default([]),
});
export type PipelineStep = z.infer<typeof pipelineStep>;

/** When the pipeline runs by itself. Each firing covers the day that ends at it. */
export const pipelineSchedule = z.strictObject({
  /** Five-field cron expression. */
  cron: z.string().min(1),
  /** IANA zone name. */
  timezone: z.string().default('UTC'),
});

export const pipeline = z.strictObject({
  version: z.literal(1),
  name: slug,
  description: z.string().min(1),
  schedule: pipelineSchedule.optional(),
  params: z.record(z.string(), paramSpec).default({}),
  steps: z.array(pipelineStep).min(1),
});
/** A validated pipeline with all defaults filled in: pure data, stored with each run. */
export type Pipeline = z.infer<typeof pipeline>;
/** What a pipeline file declares. */
export type PipelineDefinition = z.input<typeof pipeline>;
