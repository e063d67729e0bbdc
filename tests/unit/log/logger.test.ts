import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { test } from 'node:test';
import type { LogLevel } from '@triad/shared/log/logger.ts';

const repository = resolve(import.meta.dirname, '../../..');

/** What a process logs on its standard error, line by line. */
function logged(profile: string): Record<string, unknown>[] {
  const levels: LogLevel[] = ['debug', 'info', 'warn', 'error'];
  const calls = levels.map(
    (level) => `log.child({ runId: 'r' }).${level}({ attempt: 1 }, 'what');`,
  );
  const program = `
    const { createLogger } = await import('@triad/shared/log/logger.ts');
    const log = createLogger('orchestrator', 'debug', '${profile}');
    ${calls.join('\n')}`;
  const args = ['--input-type=module', '--eval', program];
  const { stderr } = spawnSync(process.execPath, args, { cwd: repository, encoding: 'utf8' });
  return stderr.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]));
}

test('in the cloud each line has the severity and the message that Cloud Logging looks for', () => {
  const lines = logged('gcp');
  assert.deepEqual(
    lines.map(({ severity }) => severity),
    ['DEBUG', 'INFO', 'WARNING', 'ERROR'],
  );
  for (const { message, msg, service, runId } of lines) {
    assert.deepEqual([message, msg, service, runId], ['what', undefined, 'orchestrator', 'r']);
  }
});

test('on one machine lines are as pino has them', () => {
  const [first] = logged('embedded');
  assert.deepEqual([first?.msg, first?.severity], ['what', undefined]);
});
