import type { Pipeline, PipelineDefinition } from '@triad/shared/contracts/pipeline.ts';
import fc from 'fast-check';
import { pipelineOf } from '../run-fixtures.ts';

type StepDefinition = PipelineDefinition['steps'][number];

/** Any DAG of up to `most` steps: warehouse jobs and others, each with its own retry policy. */
export function anyPipeline(most = 7): fc.Arbitrary<Pipeline> {
  const step = fc.record({
    kind: fc.constantFrom('sql' as const, 'sql' as const, 'train' as const),
    after: fc.array(fc.nat(most), { maxLength: 3 }),
    maxAttempts: fc.integer({ min: 1, max: 3 }),
    initialDelaySeconds: fc.constantFrom(0, 10),
  });
  return fc.array(step, { minLength: 1, maxLength: most }).map((steps) =>
    pipelineOf(
      steps.map(({ kind, after, maxAttempts, initialDelaySeconds }, index): StepDefinition => {
        // Only earlier steps, so that there is no cycle; in the file the order means nothing.
        const earlier = new Set(after.filter((other) => other < index));
        return {
          name: `s${index}`,
          kind,
          after: [...earlier].map((other) => `s${other}`),
          retry: { maxAttempts, initialDelaySeconds },
        };
      }),
    ),
  );
}

/** The same pipeline with its steps written down in the opposite order. */
export const reversed = (pipeline: Pipeline): Pipeline => ({
  ...pipeline,
  steps: pipeline.steps.toReversed(),
});
