import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PipelineDefinition } from '@triad/shared/contracts/pipeline.ts';
import fc from 'fast-check';
import rfm from '../../../../orchestrator/pipelines/rfm.ts';
import { validatePipeline } from '../../../../orchestrator/plan/validate-pipeline.ts';
import { anyPipeline } from '../../../harness/orchestrator/any-pipeline.ts';

const valid: PipelineDefinition = {
  version: 1,
  name: 'test',
  description: 'A pipeline of a test.',
  schedule: { cron: '0 6 * * MON-FRI', timezone: 'Europe/Berlin' },
  steps: [
    { name: 'a', kind: 'sql' },
    { name: 'b', kind: 'container', job: 'score', after: ['a'] },
  ],
};
const refused = (change: Partial<PipelineDefinition>, message: RegExp) =>
  assert.throws(() => validatePipeline({ ...valid, ...change }, 'test.ts'), {
    code: 'PIPELINE_INVALID',
    message,
  });

test('defaults are filled in, so that a stored pipeline needs no code to be read', () => {
  const [step] = validatePipeline(valid, 'test.ts').steps;
  assert.deepEqual(step, {
    name: 'a',
    kind: 'sql',
    after: [],
    runIf: 'all_succeeded',
    when: [],
    with: {},
    resources: { memoryMiB: 2048, timeLimitSeconds: 3600 },
    limits: {},
    retry: { maxAttempts: 3, initialDelaySeconds: 1, maxDelaySeconds: 60, rules: [] },
    pools: [],
    fresh: 'allowed',
    postconditions: [],
  });
});

test('a validated pipeline validates again, to itself', () => {
  const once = validatePipeline(rfm, 'rfm.ts');
  assert.deepEqual(validatePipeline(JSON.parse(JSON.stringify(once)), 'rfm.ts'), once);
});

test('any DAG is accepted', () => {
  fc.assert(fc.property(anyPipeline(), (dag) => assert.deepEqual(validatePipeline(dag, 'x'), dag)));
});

test('a DAG that is bent into a cycle is refused, with the steps on it', () => {
  refused(
    {
      steps: [
        { name: 'a', kind: 'sql', after: ['c'] },
        { name: 'b', kind: 'sql', after: ['a'] },
        { name: 'c', kind: 'sql', after: ['b'] },
        { name: 'free', kind: 'sql' },
      ],
    },
    /wait for each other: a, b, c$/,
  );
  refused({ steps: [{ name: 'a', kind: 'sql', after: ['a'] }] }, /wait for each other: a$/);
});

test('two steps of one name are refused', () => {
  refused({ steps: [...valid.steps, { name: 'a', kind: 'load' }] }, /two steps are named a/);
});

test('a step after one that does not exist is refused', () => {
  refused({ steps: [{ name: 'a', kind: 'sql', after: ['z'] }] }, /step a comes after z, which/);
});

test('a container step names its job or brings a container, and only such a step may', () => {
  const container = { image: 'score:1', command: ['score'] };
  refused({ steps: [{ name: 'a', kind: 'container', job: 'x', container }] }, /so it names no job/);
  refused({ steps: [{ name: 'a', kind: 'container', job: 'container' }] }, /needs a container/);
  refused({ steps: [{ name: 'a', kind: 'sql', container }] }, /only a container step names/);
  refused({ steps: [{ name: 'a', kind: 'container' }] }, /step a names no job/);
  refused({ steps: [{ name: 'a', kind: 'sql', job: 'x' }] }, /only a container step names/);
});

const badSchedules: [string, string, RegExp][] = [
  ['99 6 * * *', 'UTC', /five-field cron expression, got "99 6/],
  ['nonsense', 'UTC', /five-field/],
  ['* * * * * *', 'UTC', /five-field/],
  ['@daily', 'UTC', /five-field/],
  ['2099-01-01T00:00:00', 'UTC', /five-field/],
  ['0 0 31 2 *', 'UTC', /schedule.cron: .* never fires/],
  ['0 6 * * *', 'Mars/Olympus', /schedule.timezone: .*Mars\/Olympus/],
  ['0 6 * * *', '', /schedule.timezone/],
];
for (const [cron, timezone, message] of badSchedules) {
  test(`the schedule "${cron}" in ${timezone} is refused`, () => {
    refused({ schedule: { cron, timezone } }, message);
  });
}

test('dates on which a schedule cannot fire are refused', () => {
  const refuse = (dates: { startDate?: string; endDate?: string }, message: RegExp) =>
    refused({ schedule: { cron: '0 6 29 2 *', ...dates } }, message);
  refuse(
    { startDate: '2024-02-01', endDate: '2024-01-31' },
    /schedule.endDate: expected 2024-02-01/,
  );
  refuse({ startDate: '2025-01-01', endDate: '2027-12-31' }, /never fires within its dates/);
  const impossible = { ...valid, schedule: { cron: '0 6 * * *', endDate: '2026-02-30' } };
  assert.throws(() => validatePipeline(impossible, 'test.ts'), {
    code: 'INPUT_INVALID',
    message: /schedule.endDate: expected a calendar date/,
  });
});

test('a schedule that has ended is a good one', () => {
  const schedule = { cron: '0 6 * * *', startDate: '2020-01-01', endDate: '2020-01-31' };
  assert.deepEqual(validatePipeline({ ...valid, schedule }, 'x').schedule?.endDate, '2020-01-31');
});

test('a scheduled pipeline cannot require a parameter that nobody gives', () => {
  const params: PipelineDefinition['params'] = {
    file: { type: 'string', description: 'd', required: true },
  };
  refused({ params }, /required file needs a default/);
  const { schedule: _, ...unscheduled } = valid;
  validatePipeline({ ...unscheduled, params }, 'test.ts');
});

test('a default that the parameter itself would refuse is refused, naming it', () => {
  const params: PipelineDefinition['params'] = {
    weeks: { type: 'integer', description: 'd', minimum: 1, default: 0 },
  };
  refused({ params }, /^Pipeline test: a default is wrong: .*weeks/);
});

test('what is no pipeline at all is INPUT_INVALID and names the file and the field', () => {
  const formless: [unknown, RegExp][] = [
    [undefined, /^pipeline test\.ts: /],
    [{ ...valid, steps: [] }, /^pipeline test\.ts: steps: /],
    [{ ...valid, stpes: [] }, /^pipeline test\.ts: .*stpes/],
    [{ ...valid, name: 'Not A Slug' }, /^pipeline test\.ts: name: expected lower-case/],
    [{ ...valid, steps: [{ name: 'a', kind: 'dance' }] }, /^pipeline test\.ts: steps\.0\.kind: /],
  ];
  for (const [definition, message] of formless) {
    assert.throws(() => validatePipeline(definition, 'test.ts'), {
      code: 'INPUT_INVALID',
      message,
    });
  }
});

test('a pipeline of another version is told from one that is malformed', () => {
  assert.throws(() => validatePipeline({ ...valid, version: 2, steps: 'other' }, 'test.ts'), {
    code: 'CONTRACT_VERSION_UNKNOWN',
    message: /^Version 2 of pipeline test\.ts /,
  });
});
