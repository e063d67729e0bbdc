import { isoDate } from '@triad/shared/contracts/dates.ts';
import type { Params } from '@triad/shared/contracts/json.ts';
import type { ParamSpec, Pipeline } from '@triad/shared/contracts/pipeline.ts';
import { parseInput } from '@triad/shared/errors/parse-input.ts';
import { z } from 'zod';

/**
 * The parameters of a run: what was given, over the pipeline's defaults. Unknown names, wrong
 * types and values out of bounds are `INPUT_INVALID`, naming the parameter.
 */
export function resolveParams(pipeline: Pipeline, given: Params): Params {
  const schema = schemas.get(pipeline) ?? paramsSchema(pipeline);
  schemas.set(pipeline, schema);
  const parsed = parseInput(schema, given, 'params') as Record<string, Params[string] | undefined>;
  const present = Object.entries(parsed).filter(([, value]) => value !== undefined);
  return Object.fromEntries(present) as Params;
}

/** Made once for each pipeline: making a schema takes a hundred times as long as using it. */
const schemas = new WeakMap<Pipeline, z.ZodType>();

function paramsSchema(pipeline: Pipeline): z.ZodType {
  const shape = Object.fromEntries(
    Object.entries(pipeline.params).map(([name, spec]) => [name, schemaOf(spec)]),
  );
  return z.strictObject(shape, {
    error: (issue) => {
      if (issue.code !== 'unrecognized_keys') return undefined;
      const known = Object.keys(pipeline.params).join(', ') || 'none';
      return `unknown parameter ${issue.keys.join(', ')}; pipeline ${pipeline.name} takes: ${known}`;
    },
  });
}

function schemaOf(spec: ParamSpec): z.ZodType {
  const base = baseSchema(spec);
  if (spec.default !== undefined) return base.default(spec.default);
  return spec.required ? base : base.optional();
}

function baseSchema(spec: ParamSpec): z.ZodType<Params[string]> {
  switch (spec.type) {
    case 'string':
      return z.string();
    case 'boolean':
      return z.boolean();
    case 'date':
      return isoDate;
    case 'integer':
      return bounded(z.int({ error: 'expected an integer' }), spec);
    case 'number':
      return bounded(z.number(), spec);
  }
}

function bounded(schema: z.ZodNumber, { minimum, maximum }: ParamSpec): z.ZodNumber {
  const above = minimum === undefined ? schema : schema.min(minimum);
  return maximum === undefined ? above : above.max(maximum);
}
