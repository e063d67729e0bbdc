import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { JobSpec } from '@triad/shared/contracts/job-spec.ts';
import { JobLimits } from '@triad/shared/jobs/job-limits.ts';
import { jobSpecWith } from '../../harness/job-spec.ts';

const createdAt = '2024-01-01T00:00:00.000Z';
const second = (n: number) => Date.parse(createdAt) + n * 1000;

/** Looks at a job `at` some second of its life, when its last beat was written at `beat`. */
function watch(limits: JobSpec['limits']) {
  const resources = { memoryMiB: 100, timeLimitSeconds: 1000 };
  const spec = jobSpecWith({}, { resources, limits });
  const of = new JobLimits({ spec, createdAt, process: null, stopping: null, end: null });
  return (at: number, beat?: number, residentBytes = 0) =>
    of.exceeded(
      { residentBytes, beat: beat === undefined ? undefined : new Date(second(beat)) },
      second(at),
    )?.code;
}

describe('the limits of a job', () => {
  test('the whole attempt counts from its creation', () => {
    const exceeded = watch({});
    assert.equal(exceeded(999, 998), undefined);
    assert.equal(exceeded(1000, 999), 'JOB_TIMEOUT');
  });

  test('memory is that of all processes together', () => {
    const exceeded = watch({});
    assert.equal(exceeded(1, undefined, 100 * 2 ** 20), undefined);
    assert.equal(exceeded(1, undefined, 100 * 2 ** 20 + 1), 'JOB_MEMORY');
  });

  test('a job without such limits may be silent for as long as it likes', () => {
    const exceeded = watch({});
    assert.equal(exceeded(900), undefined);
    assert.equal(exceeded(900, 1), undefined);
  });

  test('the first sign of life must come in time', () => {
    const exceeded = watch({ startSeconds: 10 });
    assert.equal(exceeded(9), undefined);
    assert.equal(exceeded(10), 'JOB_START_TIMEOUT');
    assert.equal(exceeded(10, 9), undefined);
    assert.equal(exceeded(500, 9), undefined);
  });

  test('a heartbeat must follow the last one in time', () => {
    const exceeded = watch({ heartbeatSeconds: 10 });
    assert.equal(exceeded(501, 501), undefined);
    assert.equal(exceeded(510, 501), undefined);
    assert.equal(exceeded(511, 501), 'JOB_HEARTBEAT_LOST');
  });

  test('a job that never beats is silent from its creation on, unless its start has a limit', () => {
    const exceeded = watch({ heartbeatSeconds: 10 });
    assert.equal(exceeded(9), undefined);
    assert.equal(exceeded(10), 'JOB_HEARTBEAT_LOST');
    const patient = watch({ heartbeatSeconds: 10, startSeconds: 60 });
    assert.equal(patient(59), undefined);
    assert.equal(patient(60), 'JOB_START_TIMEOUT');
  });

  test('a launcher that was away gives a job its whole time again', () => {
    const exceeded = watch({ heartbeatSeconds: 10 });
    assert.equal(exceeded(500, 1), undefined);
    assert.equal(exceeded(509, 1), undefined);
    assert.equal(exceeded(510, 1), 'JOB_HEARTBEAT_LOST');
  });
});
