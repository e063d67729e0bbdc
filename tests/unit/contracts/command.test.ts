import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseCommand } from '@triad/shared/contracts/command.ts';
import { container } from '@triad/shared/contracts/container.ts';
import { jobSpecWith } from '../../harness/job-spec.ts';

const program = { image: 'score:1', command: ['score', '--fast'], env: {} };

test('the job container comes with a container, and no other job does', () => {
  const command = jobSpecWith({}, { job: 'container', container: program });
  assert.deepEqual(parseCommand(command), command);
  for (const wrong of [
    jobSpecWith({}, { job: 'container' }),
    jobSpecWith({}, { job: 'score', container: program }),
  ]) {
    assert.throws(() => parseCommand(wrong), { code: 'INPUT_INVALID', message: /container/ });
  }
});

test('a command of an earlier version, without limits, is still read', () => {
  const command = jobSpecWith({});
  assert.deepEqual(parseCommand(command), command);
  const limits = { startSeconds: 5, heartbeatSeconds: 10 };
  assert.deepEqual(parseCommand({ ...command, limits }).limits, limits);
});

const wrong = {
  'no command': { ...program, command: [] },
  'no image': { ...program, image: '' },
  "a variable of Triad's own": { ...program, env: { TRIAD_HOME: '/' } },
  'a variable that is no name': { ...program, env: { 'A=B': 'x' } },
  'a NUL character': { ...program, command: ['a\0b'] },
};
for (const [what, value] of Object.entries(wrong)) {
  test(`a container with ${what} is refused`, () => {
    assert.equal(container.safeParse(value).success, false);
  });
}
