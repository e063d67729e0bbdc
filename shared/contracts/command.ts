import { z } from 'zod';
import { artifactReference } from './artifact-reference.ts';
import { container, containerJob } from './container.ts';
import { isoDate } from './dates.ts';
import { params } from './json.ts';
import { commandId, formatCommandId, runId, slug } from './names.ts';
import { resources } from './resources.ts';
import { stepKind } from './step-kind.ts';
import { stepLimits } from './step-limits.ts';
import { parseVersioned } from './versioned.ts';

/** What the run was pinned to when it was created; carried into every manifest. */
export const pins = z.strictObject({
  /** SHA-256 of the resolved plan. */
  planHash: z.string(),
  /** Revision of the code, such as a git commit; `unknown` outside a checkout. */
  codeRevision: z.string(),
  seed: z.int().min(0),
});
export type Pins = z.infer<typeof pins>;

/** An output of an earlier step that this step reads. */
export const stepInput = artifactReference.extend({
  /** The name the earlier step gave this output, such as `snapshot`. */
  name: slug,
  step: slug,
});
export type StepInput = z.infer<typeof stepInput>;

/** Asks the workload for one attempt of one step. */
export const command = z
  .strictObject({
    version: z.literal(1),
    id: commandId,
    runId,
    step: slug,
    attempt: z.int().min(1),
    job: slug,
    kind: stepKind,
    runDate: isoDate,
    /** The run's parameters, overlaid by the step's own. */
    params,
    inputs: z.array(stepInput),
    resources,
    limits: stepLimits.optional(),
    /** What the job `container` runs. */
    container: container.optional(),
    pins,
  })
  .refine((value) => value.id === formatCommandId(value), {
    path: ['id'],
    error: 'expected runId:step:attempt as in the other fields',
  })
  .refine((value) => (value.job === containerJob) === (value.container !== undefined), {
    path: ['container'],
    error: `expected one for the job ${containerJob}, and for no other`,
  });
export type Command = z.infer<typeof command>;

export const parseCommand = (input: unknown): Command =>
  parseVersioned('command', 1, command, input);

/** Asks the workload to stop the job of a command. */
export const cancellation = z.strictObject({ version: z.literal(1), commandId });
export type Cancellation = z.infer<typeof cancellation>;

export const parseCancellation = (input: unknown): Cancellation =>
  parseVersioned('cancellation', 1, cancellation, input);
