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

/** A metric that simulated jobs report, 0 or 1, and a list of at most three values. */
export const simulated = { metric: 'flag', list: 'parts' } as const;

/**
 * Any pipeline that there can be: conditions, trigger rules, fan-out over values, a parameter or
 * what a step reported, approvals, pools, retry rules, on top of what `anyPipeline` has.
 */
export function anyRichPipeline(most = 5): fc.Arbitrary<PipelineDefinition['steps']> {
  const step = fc.record({
    kind: fc.constantFrom('sql', 'sql', 'sql', 'train', 'train', 'container', 'approval'),
    after: fc.array(fc.nat(most), { maxLength: 3 }),
    runIf: fc.constantFrom(
      undefined,
      undefined,
      undefined,
      'none_failed',
      'any_failed',
      'all_done',
    ),
    when: fc.constantFrom('', '', '', 'param', 'metric'),
    forEach: fc.constantFrom('', '', '', '', 'values', 'param', 'list'),
    isNarrow: fc.boolean(),
    maxAttempts: fc.constantFrom(1, 2, 4),
    rule: fc.constantFrom(undefined, 'JOB_LOST', 'ASSERTION_FAILED'),
    approval: fc.record({
      timeoutSeconds: fc.constantFrom(20, 90),
      onTimeout: fc.constantFrom('fail' as const, 'skip' as const, 'approve' as const),
    }),
  });
  return fc.array(step, { minLength: 1, maxLength: most }).map((drafts) => {
    const kinds = drafts.map(({ kind }) => kind as StepDefinition['kind']);
    const isFanned = drafts.map(({ kind, forEach }) => kind !== 'approval' && forEach !== '');
    return drafts.map((draft, index): StepDefinition => {
      const after = [...new Set(draft.after.filter((other) => other < index))];
      const first = after.find((other) => kinds[other] !== 'approval' && !isFanned[other]);
      const kind = kinds[index] ?? 'sql';
      const rules = draft.rule && [{ errors: [draft.rule], maxAttempts: 2 }];
      return {
        name: `s${index}`,
        kind,
        after: after.map((other) => `s${other}`),
        ...(kind === 'container' && { job: 'trainer' }),
        ...(draft.runIf && { runIf: draft.runIf as NonNullable<StepDefinition['runIf']> }),
        ...(draft.when !== '' && { when: conditionOn(draft.when, first) }),
        ...(isFanned[index] && { forEach: fanOutOver(draft.forEach, first) }),
        ...(kind === 'approval' && { approval: draft.approval }),
        pools: draft.isNarrow ? ['narrow'] : [],
        retry: { maxAttempts: draft.maxAttempts, maxDelaySeconds: 10, rules: rules ?? [] },
        resources: { timeLimitSeconds: 60 },
      };
    });
  });
}

function conditionOn(kind: string, step: number | undefined): StepDefinition['when'] {
  if (kind === 'param' || step === undefined) return [{ param: 'level', is: 'ge', value: 1 }];
  return [{ step: `s${step}`, metric: simulated.metric, is: 'eq', value: 1 }];
}

function fanOutOver(kind: string, step: number | undefined): StepDefinition['forEach'] {
  if (kind === 'list' && step !== undefined) {
    return { over: { step: `s${step}`, list: simulated.list }, as: 'part' };
  }
  return { over: kind === 'param' ? { param: 'parts' } : { values: ['x', 'y'] }, as: 'part' };
}

/** The parameters that rich pipelines speak of. */
export const richParams: NonNullable<PipelineDefinition['params']> = {
  level: { type: 'integer', description: 'What conditions ask for.', default: 1 },
  parts: { type: 'string', description: 'What steps fan out over.', default: 'a, b' },
};
