import { z } from 'zod';

const target = z.object({ schema: z.string().default(''), name: z.string() });
const dependencies = z.array(target).default([]);
const tags = z.array(z.string()).default([]);
const fileName = z.string().default('');
const column = z.object({ path: z.array(z.string()) });

const table = z.object({
  target,
  enumType: z.enum(['TABLE', 'INCREMENTAL', 'VIEW']),
  query: z.string(),
  incrementalQuery: z.string().optional(),
  preOps: z.array(z.string()).default([]),
  postOps: z.array(z.string()).default([]),
  incrementalPreOps: z.array(z.string()).default([]),
  incrementalPostOps: z.array(z.string()).default([]),
  dependencyTargets: dependencies,
  disabled: z.boolean().default(false),
  tags,
  fileName,
});
export type CompiledTable = z.infer<typeof table>;

const assertion = z.object({
  target,
  query: z.string(),
  dependencyTargets: dependencies,
  parentAction: target.optional(),
  disabled: z.boolean().default(false),
  tags,
  fileName,
});
export type CompiledAssertion = z.infer<typeof assertion>;

const declaration = z.object({
  target,
  tags,
  fileName,
  actionDescriptor: z.object({ columns: z.array(column).default([]) }).optional(),
});

const otherAction = z.object({ target: target.optional(), fileName });

/** The part of Dataform's `CompiledGraph` that is run here (core.proto, as JSON). */
export const compiledGraph = z.object({
  tables: z.array(table).default([]),
  assertions: z.array(assertion).default([]),
  declarations: z.array(declaration).default([]),
  operations: z.array(otherAction).default([]),
  notebooks: z.array(otherAction).default([]),
  dataPreparations: z.array(otherAction).default([]),
  graphErrors: z
    .object({
      compilationErrors: z
        .array(z.object({ fileName, message: z.string(), actionName: z.string().optional() }))
        .default([]),
    })
    .default({ compilationErrors: [] }),
});
export type CompiledGraph = z.infer<typeof compiledGraph>;
