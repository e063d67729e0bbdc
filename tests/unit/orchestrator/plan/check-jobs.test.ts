import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkJobs } from '../../../../orchestrator/plan/check-jobs.ts';
import { pipelineOf } from '../../../harness/run-fixtures.ts';

const pipelines = [
  pipelineOf(['orders', { name: 'score', kind: 'container', job: 'score', after: ['orders'] }]),
];

test('a step whose job is configured is accepted', () => {
  checkJobs(pipelines, ['other', 'score']);
});

test('a step whose job nobody can start is refused at load, with those that there are', () => {
  assert.throws(() => checkJobs(pipelines, ['scorer']), {
    code: 'PIPELINE_INVALID',
    message: /step score: job: there is no job score; .* have scorer$/,
  });
});
