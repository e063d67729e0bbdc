import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sendSignal } from '@triad/shared/jobs/send-signal.ts';
import { recordingLogger } from '../../harness/recording-logger.ts';

test('a process that cannot be signalled is logged once, and the others are signalled', (t) => {
  const { log, lines } = recordingLogger();
  const signalled: number[] = [];
  t.mock.method(process, 'kill', (pid: number) => {
    if (pid === 2) throw Object.assign(new Error('not yours'), { code: 'EPERM' });
    if (pid === 3) throw Object.assign(new Error('gone'), { code: 'ESRCH' });
    signalled.push(pid);
    return true;
  });
  const refused = new Set<number>();
  sendSignal([1, 2, 3, 4], 'SIGTERM', { refused, log });
  sendSignal([2, 4], 'SIGKILL', { refused, log });
  assert.deepEqual(signalled, [1, 4, 4]);
  assert.deepEqual(
    lines.map(({ fields }) => ('pid' in fields ? fields.pid : undefined)),
    [2],
  );
});
