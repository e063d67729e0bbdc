import assert from 'node:assert/strict';
import { test } from 'node:test';
import { JobSupervisor } from '@triad/shared/jobs/job-supervisor.ts';
import { identify } from '@triad/shared/jobs/process-table.ts';
import { FakeClock } from '../../harness/fake-clock.ts';
import { jobSpecWith } from '../../harness/job-spec.ts';
import { recordingLogger } from '../../harness/recording-logger.ts';

test('a process that does not die is logged and left, and the launcher goes on', async (t) => {
  const clock = new FakeClock();
  const { log, lines } = recordingLogger();
  t.mock.method(process, 'kill', () => true);
  const supervisor = new JobSupervisor({
    clock,
    log,
    sampleMs: 200,
    killGraceMs: 300,
    lastBeat: () => undefined,
    onStopping: () => {},
    onGone: () => {},
  });
  const spec = jobSpecWith({});
  // This very process stands for one that no signal ends.
  const leader = identify(process.pid);
  assert.ok(leader);
  const createdAt = clock.now().toISOString();
  const record = { spec, createdAt, process: leader, stopping: null, end: null };
  supervisor.watch({ record, leader, child: null });
  const released = supervisor.release(spec.id);
  await clock.advance(5000);
  await released;
  assert.match(lines.at(-1)?.message ?? '', /do not die/);
  supervisor.close();
});
