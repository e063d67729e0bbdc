import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkChannels } from '../../../../orchestrator/alarms/check-channels.ts';
import { pipelineOf } from '../../../harness/run-fixtures.ts';

test('a pipeline whose alarms go to an unknown channel is refused, naming the known ones', () => {
  const pipelines = [pipelineOf(['only'], { alarms: { channels: ['ops', 'pager'] } })];
  assert.throws(() => checkChannels(pipelines, ['ops', 'chat']), {
    code: 'PIPELINE_INVALID',
    message:
      'Pipeline test: alarms.channels: there is no channel pager; TRIAD_ALARM_CHANNELS has ops, chat',
  });
  checkChannels(pipelines, ['ops', 'pager']);
  checkChannels([pipelineOf(['only'])], ['log']);
});
