import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PipelineDefinition } from '@triad/shared/contracts/pipeline.ts';
import { validatePipeline } from '../../../../orchestrator/plan/validate-pipeline.ts';

type Step = PipelineDefinition['steps'][number];
const first: Step = { name: 'first', kind: 'train' };
const second = (more: Partial<Step>): Step => ({
  name: 'second',
  kind: 'train',
  after: ['first'],
  ...more,
});
const pipelineWith = (...steps: Step[]): PipelineDefinition => ({
  version: 1,
  name: 'test',
  description: 'A pipeline of a test.',
  params: {
    mode: { type: 'string', description: 'd' },
    weeks: { type: 'integer', description: 'd' },
  },
  steps,
});

const refused: [string, Step[], RegExp][] = [
  [
    'a condition on a parameter that does not exist',
    [first, second({ when: [{ param: 'mood', is: 'eq', value: 'x' }] })],
    /step second: when: there is no parameter mood/,
  ],
  [
    'a condition that compares a parameter with another type',
    [first, second({ when: [{ param: 'weeks', is: 'gt', value: 'four' }] })],
    /parameter weeks is compared with four, which is no integer/,
  ],
  [
    'a condition on a metric of a step that comes later, or beside',
    [first, second({ after: [], when: [{ step: 'first', metric: 'm', is: 'gt', value: 1 }] })],
    /step first does not come before it/,
  ],
  [
    'a fan-out over a parameter that is no text',
    [first, second({ forEach: { over: { param: 'weeks' }, as: 'week' } })],
    /expected a parameter of type string, got weeks/,
  ],
  [
    'a fan-out over a list of a step that does not come before',
    [first, second({ after: [], forEach: { over: { step: 'first', list: 'l' }, as: 'x' } })],
    /step first does not come before it/,
  ],
  [
    'a step that has the name of an instance',
    [
      first,
      second({ forEach: { over: { values: [1] }, as: 'x' } }),
      { ...first, name: 'second-1' },
    ],
    /step second-1 has the name of an instance/,
  ],
  [
    'a list of a step that fans out itself',
    [
      { ...first, forEach: { over: { values: [1] }, as: 'x' } },
      second({ forEach: { over: { step: 'first', list: 'l' }, as: 'x' } }),
    ],
    /step first fans out itself/,
  ],
  [
    'an approval that is no approval step',
    [first, second({ approval: { timeoutSeconds: 60 } })],
    /step second: only an approval step has an approval/,
  ],
  [
    'a retry rule for an error that does not exist',
    [{ ...first, retry: { rules: [{ errors: ['JOB_MEMORRY'], maxAttempts: 2 }] } }],
    /step first: retry: there is no error JOB_MEMORRY/,
  ],
];
for (const [what, steps, message] of refused) {
  test(`${what} is refused at load`, () => {
    assert.throws(() => validatePipeline(pipelineWith(...steps), 'test.ts'), {
      code: 'PIPELINE_INVALID',
      message,
    });
  });
}

test('a retry rule of a job of yours may name errors of its own', () => {
  const retry = { rules: [{ errors: ['QUOTA'], maxAttempts: 2 }] };
  const step: Step = { name: 'score', kind: 'container', job: 'score', retry };
  assert.equal(validatePipeline(pipelineWith(step), 'test.ts').steps.length, 1);
});

test('conditions on ancestors, lists of ancestors and approvals are accepted', () => {
  const steps: Step[] = [
    first,
    { name: 'sign-off', kind: 'approval', after: ['first'], approval: { onTimeout: 'skip' } },
    second({
      after: ['sign-off'],
      when: [{ step: 'first', metric: 'rows', is: 'gt', value: 0 }],
      forEach: { over: { step: 'first', list: 'countries' }, as: 'country' },
    }),
  ];
  assert.equal(validatePipeline(pipelineWith(...steps), 'test.ts').steps.length, 3);
});
