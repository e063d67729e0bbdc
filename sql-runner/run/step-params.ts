import type { JobSpec } from '@triad/shared/contracts/job-spec.ts';
import { parseInput } from '@triad/shared/errors/parse-input.ts';
import type { z } from 'zod';

/** The parameters a step uses. It is given all of the run's; the others are not its business. */
export const stepParams = <S extends z.ZodObject>(schema: S, spec: JobSpec): z.output<S> =>
  parseInput(schema, spec.params, `parameters of step ${spec.step}`);
