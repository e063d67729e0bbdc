import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import type { JobSpec } from '@triad/shared/contracts/job-spec.ts';
import { jobView } from '@triad/shared/contracts/job-view.ts';
import { httpJson } from '@triad/shared/http/http-json.ts';
import { InvokerProcess } from '../harness/invoker/invoker-process.ts';
import { pushOfCancellation, pushOfCommand } from '../harness/invoker/invoker-setup.ts';
import { OutcomeSink } from '../harness/invoker/outcome-sink.ts';
import { jobSpecWith } from '../harness/job-spec.ts';
import { lives } from '../harness/process-life.ts';
import { temporaryDirectory } from '../harness/temporary-directory.ts';
import { until } from '../harness/until.ts';

const ask = (url: string, body?: object) => httpJson({ service: 'invoker', url, body });
const push = (url: string, body: object) => ask(`${url}/pubsub/push`, body);
const jobOf = async (url: string, id: string) => jobView.parse(await ask(`${url}/jobs/${id}`));

const printed = (url: string, id: string, pattern: RegExp) =>
  until(`job ${id} to print ${pattern}`, async () => {
    const log = await (await fetch(`${url}/jobs/${id}/logs`)).text();
    return pattern.exec(log)?.[1];
  });

const processes: InvokerProcess[] = [];
const sinks: OutcomeSink[] = [];
const stopAll = async () => {
  await Promise.all(processes.splice(0).map((invoker) => invoker.end('SIGKILL')));
  await Promise.all(sinks.splice(0).map((sink) => sink.close()));
};

async function setUp() {
  const home = await temporaryDirectory();
  const sink = await OutcomeSink.start();
  sinks.push(sink);
  const start = async () => {
    const invoker = new InvokerProcess({ home, messengerUrl: sink.url });
    processes.push(invoker);
    return { invoker, url: await invoker.ready() };
  };
  const go = join(home, 'go');
  const held = jobSpecWith({ script: 'hold', go });
  const letGo = () => writeFileSync(go, '');
  const outcomesOf = (spec: JobSpec) =>
    sink.outcomes.filter(({ commandId }) => commandId === spec.id);
  const outcomeOf = (spec: JobSpec) =>
    until(`the outcome of ${spec.id}`, async () => outcomesOf(spec)[0]);
  return { home, sink, start, held, letGo, outcomesOf, outcomeOf };
}

describe('a real invoker', () => {
  let given: Awaited<ReturnType<typeof setUp>>;
  let url = '';
  before(async () => {
    given = await setUp();
    ({ url } = await given.start());
  });
  after(stopAll);

  test('a command becomes a job, and its end an outcome', async () => {
    assert.equal((await fetch(`${url}/healthcheck`)).status, 204);
    const spec = jobSpecWith({ script: 'succeed' });
    await push(url, pushOfCommand(spec));
    const outcome = await given.outcomeOf(spec);
    assert.equal(outcome.state, 'succeeded');
    assert.equal(outcome.exitCode, 0);
    const job = await jobOf(url, spec.id);
    assert.equal(job.state, 'succeeded');
    assert.equal(job.created, outcome.startedAt);
    assert.equal(job.endedAt, outcome.endedAt);
  });

  test('GET /invoke runs a job for a date', async () => {
    const answer = await fetch(`${url}/invoke?run_date=2022-09-25&job=scripted`);
    assert.equal(answer.status, 202);
    const { name } = (await answer.json()) as { name: string };
    const job = await until('the job to end', async () => {
      const seen = await jobOf(url, name);
      return seen.state === 'running' ? undefined : seen;
    });
    assert.equal(job.error?.message, 'Unexpected failure: no script undefined');
  });

  test('an outcome that nobody took is told when the messenger is back', async () => {
    const spec = jobSpecWith({ script: 'fail' });
    await push(url, pushOfCommand(spec));
    given.sink.isDown = true;
    await until('the job to end', async () => {
      return (await jobOf(url, spec.id)).state === 'failed' || undefined;
    });
    assert.equal((await fetch(`${url}/healthcheck`)).status, 503);
    given.sink.isDown = false;
    assert.equal((await given.outcomeOf(spec)).error?.code, 'SQL_INVALID');
  });

  test('a cancelled command ends its job', async () => {
    const { held } = given;
    await push(url, pushOfCommand(held));
    const pid = Number(await printed(url, held.id, /^began (\d+)$/m));
    await push(url, pushOfCancellation(held.id));
    assert.equal((await given.outcomeOf(held)).state, 'cancelled');
    assert.equal(lives(pid), false);
  });
});

describe('a real invoker that is stopped or killed', () => {
  afterEach(stopAll);

  test('kill -9 while a job runs: the next invoker adopts it and tells its end once', async () => {
    const { start, held, letGo, outcomesOf, outcomeOf } = await setUp();
    const first = await start();
    await push(first.url, pushOfCommand(held));
    const pid = Number(await printed(first.url, held.id, /^began (\d+)$/m));
    await first.invoker.end('SIGKILL');
    assert.equal(lives(pid), true);
    const next = await start();
    await push(next.url, pushOfCommand(held));
    assert.equal((await jobOf(next.url, held.id)).state, 'running');
    letGo();
    assert.equal((await outcomeOf(held)).state, 'succeeded');
    const log = await (await fetch(`${next.url}/jobs/${held.id}/logs`)).text();
    assert.equal(log.match(/^began/gm)?.length, 1);
    await next.invoker.end('SIGTERM');
    assert.equal(outcomesOf(held).length, 1);
  });

  test('a job that ended while no invoker ran is told of by the next one', async () => {
    const { start, held, letGo, outcomeOf } = await setUp();
    const first = await start();
    const killed = jobSpecWith({ script: 'obedient' });
    for (const spec of [held, killed]) await push(first.url, pushOfCommand(spec));
    const pids: number[] = [];
    for (const { id } of [held, killed]) {
      pids.push(Number(await printed(first.url, id, /^began (\d+)$/m)));
    }
    await first.invoker.end('SIGKILL');
    letGo();
    process.kill(pids[1] ?? 0, 'SIGKILL');
    await until('the jobs to be gone', async () => !pids.some(lives) || undefined);
    await start();
    assert.equal((await outcomeOf(held)).state, 'succeeded');
    assert.equal((await outcomeOf(killed)).state, 'lost');
  });

  for (const [how, stop] of Object.entries({
    SIGTERM: ({ child }: InvokerProcess) => child.kill('SIGTERM'),
    SIGINT: ({ child }: InvokerProcess) => child.kill('SIGINT'),
    'the end of its parent': ({ child }: InvokerProcess) => child.disconnect(),
  })) {
    test(`${how} stops it in good order, and running jobs go on`, async () => {
      const { start, held, letGo } = await setUp();
      const { invoker, url } = await start();
      await push(url, pushOfCommand(held));
      const pid = Number(await printed(url, held.id, /^began (\d+)$/m));
      const exited = once(invoker.child, 'exit');
      stop(invoker);
      assert.deepEqual(await exited, [0, null]);
      assert.equal(lives(pid), true);
      letGo();
      await until('the job to end', async () => !lives(pid) || undefined);
    });
  }

  test('stopping it gives an outcome that nobody took a last chance', async () => {
    const { start, sink, outcomesOf } = await setUp();
    const { invoker, url } = await start();
    const spec = jobSpecWith({ script: 'fail' });
    sink.isDown = true;
    await push(url, pushOfCommand(spec));
    await until('the job to end', async () => {
      return (await jobOf(url, spec.id)).state === 'failed' || undefined;
    });
    sink.isDown = false;
    await invoker.end('SIGTERM');
    assert.equal(outcomesOf(spec).length, 1);
  });

  test('a taken port is told to whoever started it', async () => {
    const { start, home, sink } = await setUp();
    const { url } = await start();
    const port = Number(new URL(url).port);
    const second = new InvokerProcess({ home, messengerUrl: sink.url, port });
    processes.push(second);
    await assert.rejects(second.ready(), new RegExp(`PORT_IN_USE: Port ${port} of invoker`));
  });
});
