import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { jobFolder } from '@triad/shared/jobs/job-folder.ts';
import { parseRecord } from '@triad/shared/jobs/job-records.ts';
import { EmbeddedSystem } from '../harness/embedded-system.ts';
import { until } from '../harness/until.ts';

const steps = ['first', 'second', 'third'];

function linesOf(system: EmbeddedSystem, file: string): string[] {
  const path = join(system.home, file);
  return existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : [];
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
};

/** The job of a step, once it is at work. */
const began = (system: EmbeddedSystem, runId: string, step: string, attempt = 1) =>
  until(`step ${step} to begin`, async () => {
    const line = linesOf(system, 'began').find((l) => l.startsWith(`${runId}:${step}:${attempt} `));
    return line === undefined ? undefined : { pid: Number(line.split(' ')[1]) };
  });

const linesOfRun = (system: EmbeddedSystem, file: string, runId: string): string[] =>
  linesOf(system, file).filter((line) => line.startsWith(`${runId}:`));

const secondEffect = (system: EmbeddedSystem, runId: string) =>
  until('the second effect', async () => linesOfRun(system, 'effects', runId)[1]);

function assertEachEffectOnce(system: EmbeddedSystem, runId: string): void {
  assert.deepEqual(
    linesOfRun(system, 'effects', runId),
    steps.map((step) => `${runId}:${step}`),
  );
}

describe('faults in a run through real processes', () => {
  // One system meets all the faults, one after the other: each boot takes a second.
  let system: EmbeddedSystem;
  before(async () => {
    system = await EmbeddedSystem.start();
  });
  after(() => system.stop());

  test('a run without faults does each step once, in order', async () => {
    const { runId } = await system.run('chain');
    const run = await system.finished(runId);
    assert.equal(run.state, 'succeeded');
    assert.deepEqual(
      run.steps.map(({ state, attempts }) => [state, attempts]),
      steps.map(() => ['succeeded', 1]),
    );
    assertEachEffectOnce(system, runId);
  });

  test('a command delivered twice starts one job', async () => {
    const { runId } = await system.run('chain', { hold: 'first' });
    await began(system, runId, 'first');
    const id = `${runId}:first:1`;
    const command = parseRecord(
      readFileSync(jobFolder(join(system.home, 'jobs'), id).record, 'utf8'),
    );
    const event = {
      specversion: '1.0',
      id: 'again',
      source: 'test',
      type: 'dev.triad.command',
      subject: id,
      data: command.spec,
    };
    const data = Buffer.from(JSON.stringify(event)).toString('base64');
    const message = { messages: [{ data }, { data }] };
    await system.ask('POST', '/v1/projects/triad/topics/triad-commands:publish', message);
    system.letGo(runId);
    const run = await system.finished(runId);
    assert.equal(run.state, 'succeeded');
    assert.equal(linesOfRun(system, 'began', runId).length, 3);
    assertEachEffectOnce(system, runId);
  });

  test('a run goes on after its orchestrator was killed, and no effect happens twice', async () => {
    const { runId } = await system.run('chain', { hold: 'second' });
    await began(system, runId, 'second');
    await system.kill('orchestrator');
    // The job ends while nobody is there to hear of it.
    system.letGo(runId);
    await secondEffect(system, runId);
    await system.startService('orchestrator');
    const run = await system.finished(runId);
    assert.equal(run.state, 'succeeded');
    assertEachEffectOnce(system, runId);
  });

  test('a run goes on after its invoker was killed: the running job is adopted', async () => {
    const { runId } = await system.run('chain', { hold: 'second' });
    const { pid } = await began(system, runId, 'second');
    await system.kill('invoker');
    assert.ok(isAlive(pid), 'the job outlives its invoker');
    await system.startService('invoker');
    system.letGo(runId);
    const run = await system.finished(runId);
    assert.equal(run.state, 'succeeded');
    assert.deepEqual(
      run.steps.map(({ attempts }) => attempts),
      [1, 1, 1],
    );
    assertEachEffectOnce(system, runId);
  });

  test('a job that ends while both services are down is found by the next ones', async () => {
    const { runId } = await system.run('chain', { hold: 'second' });
    await began(system, runId, 'second');
    await Promise.all([system.kill('orchestrator'), system.kill('invoker')]);
    system.letGo(runId);
    await secondEffect(system, runId);
    await Promise.all([system.startService('orchestrator'), system.startService('invoker')]);
    assert.equal((await system.finished(runId)).state, 'succeeded');
    assertEachEffectOnce(system, runId);
  });

  test('a job killed before its manifest is tried again', async () => {
    const { runId } = await system.run('chain', { die: 'second' });
    const run = await system.finished(runId);
    assert.equal(run.state, 'succeeded');
    const second = run.steps[1];
    assert.equal(second?.attempts, 2);
    assert.equal(second?.history[0]?.error?.code, 'JOB_LOST');
    assertEachEffectOnce(system, runId);
  });

  test('a retryable failure is tried again, and its error stays in the history', async () => {
    const { runId } = await system.run('chain', { fail: 'third' });
    const run = await system.finished(runId);
    assert.equal(run.state, 'succeeded');
    assert.equal(run.steps[2]?.history[0]?.error?.code, 'WAREHOUSE_BUSY');
    assert.equal(run.metrics['third.attempt'], 2);
  });

  test('cancelling a run ends its job and every process that the job started', async () => {
    const { runId } = await system.run('chain', { hold: 'first', child: true });
    const { pid } = await began(system, runId, 'first');
    const child = Number(await until('the child', async () => linesOf(system, 'children')[0]));
    await system.ask('POST', `/v1/runs/${runId}:cancel`);
    const run = await system.finished(runId);
    assert.equal(run.state, 'cancelled');
    assert.deepEqual(
      run.steps.map(({ state }) => state),
      ['cancelled', 'cancelled', 'cancelled'],
    );
    assert.deepEqual([isAlive(pid), isAlive(child)], [false, false]);
    assert.deepEqual(linesOfRun(system, 'effects', runId), []);
  });

  test('a cancelled run goes on when it is retried', async () => {
    const { runId } = await system.run('chain', { hold: 'second' });
    await began(system, runId, 'second');
    await system.ask('POST', `/v1/runs/${runId}:cancel`);
    assert.equal((await system.finished(runId)).state, 'cancelled');
    system.letGo(runId);
    await system.ask('POST', `/v1/runs/${runId}:retry`);
    const run = await system.finished(runId);
    assert.equal(run.state, 'succeeded');
    assert.deepEqual(
      run.steps.map(({ attempts }) => attempts),
      [1, 2, 1],
    );
    assertEachEffectOnce(system, runId);
  });

  test('a command that reaches nobody becomes a dead letter, and its replay finishes the run', async (t) => {
    const system = await EmbeddedSystem.create({ TRIAD_DELIVERY_ATTEMPTS: '2' });
    t.after(() => system.stop());
    await system.startService('orchestrator');
    const { runId } = await system.run('chain');
    const letter = await until('the dead letter', async () => {
      const answer = (await system.ask('GET', '/v1/dead-letters')) as {
        deadLetters: { id: string; reasonCode: string }[];
      };
      return answer.deadLetters[0];
    });
    assert.equal(letter.reasonCode, 'DELIVERY_EXHAUSTED');
    await system.startService('invoker');
    const waiting = await system.runWhen(runId, 'the delay to show', ({ steps: [step] }) => {
      return step?.error !== null;
    });
    assert.equal(waiting.state, 'running');
    assert.equal(waiting.steps[0]?.error?.code, 'DELIVERY_EXHAUSTED');
    await system.ask('POST', `/v1/dead-letters/${letter.id}:replay`);
    const run = await system.finished(runId);
    assert.equal(run.state, 'succeeded');
    assertEachEffectOnce(system, runId);
  });

  test('two orchestrators cannot share a home', async () => {
    await assert.rejects(system.startService('orchestrator'), /HOME_IN_USE/);
  });
});
