import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { status } from '@grpc/grpc-js';
import type { Clock } from '@triad/shared/clock/clock.ts';
import type { JobSpec } from '@triad/shared/contracts/job-spec.ts';
import { CloudRunJobs } from '@triad/shared/jobs/cloud/cloud-run-jobs.ts';
import { VertexJobs } from '@triad/shared/jobs/cloud/vertex-jobs.ts';
import type { Fate } from '../emulators/jobs/emulated-job.ts';
import { jobSpecWith } from '../harness/job-spec.ts';
import { endsOf, openCloud } from '../harness/jobs/cloud-jobs.ts';
import { MemoryArtifactStore } from '../harness/memory-artifact-store.ts';
import { until } from '../harness/until.ts';

const stops: (() => Promise<void>)[] = [];
after(() => Promise.all(stops.map((stop) => stop())));

const clouds = [
  { name: 'Vertex AI', Jobs: VertexJobs, create: 'CreateCustomJob', get: 'GetCustomJob' },
  { name: 'Cloud Run', Jobs: CloudRunJobs, create: 'RunJob', get: 'GetExecution' },
];

for (const { name, Jobs, create, get } of clouds) {
  const open = async () => {
    const cloud = await openCloud();
    const launcherWith = (changes: object = {}) => new Jobs({ ...cloud.options, ...changes });
    const jobs = launcherWith();
    const end = endsOf(jobs);
    stops.push(async () => {
      await jobs.close();
      await cloud.emulator.stop();
    });
    const run = async (spec: JobSpec) => {
      await jobs.launch(spec);
      return end(spec);
    };
    return { ...cloud, jobs, launcherWith, end, run };
  };
  const succeeding = () => jobSpecWith({ script: 'succeed' });

  describe(`when ${name} fails`, { concurrency: 2 }, () => {
    const refusals = [
      { what: 'quota', code: status.RESOURCE_EXHAUSTED, expected: 'JOB_QUOTA', retryable: true },
      { what: 'no permission', code: status.PERMISSION_DENIED, expected: 'JOB_ACCESS_DENIED' },
      { what: 'no credentials', code: status.UNAUTHENTICATED, expected: 'JOB_ACCESS_DENIED' },
      { what: 'bad input', code: status.INVALID_ARGUMENT, expected: 'JOB_REFUSED' },
      { what: 'wrong project', code: status.NOT_FOUND, expected: 'JOB_REFUSED' },
    ];
    for (const { what, code, expected, retryable = false } of refusals) {
      test(`a creation that is refused (${what}) is a failed job, ${expected}`, async () => {
        const { emulator, jobs, run } = await open();
        emulator.faults.failNext(create, code, `refused: ${what}`);
        const spec = succeeding();
        const { state, error } = await run(spec);
        assert.deepEqual([state, error?.code, error?.retryable], ['failed', expected, retryable]);
        assert.match(error?.message ?? '', new RegExp(`refused: ${what}`));
        assert.equal((await jobs.launch(spec)).started, false);
        assert.deepEqual(emulator.jobs, []);
        assert.equal(emulator.cloudRun.jobs.size, 0);
      });
    }

    test('an image that is not found at the creation is JOB_IMAGE_UNUSABLE', async () => {
      const { emulator, run } = await open();
      emulator.faults.failNext(create, status.INVALID_ARGUMENT, 'Image x was not found.');
      assert.equal((await run(succeeding())).error?.code, 'JOB_IMAGE_UNUSABLE');
    });

    test('a creation whose answer is lost is not repeated: its job is found', async () => {
      const { emulator, run } = await open();
      emulator.faults.loseAnswerOfNext(create);
      assert.equal((await run(succeeding())).state, 'succeeded');
      assert.equal(emulator.jobs.length, 1);
    });

    test('a creation that surely did not work is tried again', async () => {
      const { emulator, jobs, end, elapse } = await open();
      emulator.faults.failNext(create, status.UNAVAILABLE, 'try again');
      const spec = succeeding();
      assert.equal((await jobs.launch(spec)).started, true);
      assert.equal((await jobs.launch(spec)).started, false);
      assert.equal((await jobs.get(spec.id))?.state, 'running');
      assert.equal(emulator.jobs.length, 0);
      elapse(60_000);
      assert.equal((await end(spec)).state, 'succeeded');
      assert.equal(emulator.jobs.length, 1);
    });

    test('a service that is not there is given up, which is worth another attempt', async () => {
      const { emulator, jobs, end, elapse, options } = await open();
      for (const _ of [1, 2, 3]) emulator.faults.failNext(create, status.UNAVAILABLE, 'gone');
      const spec = succeeding();
      await jobs.launch(spec);
      for (const tries of [2, 3]) {
        elapse(60_000);
        await until(`creation ${tries}`, async () => {
          const record = await options.artifacts.get(`commands/${spec.id}/job.json`);
          return JSON.parse(String(record?.body)).creation.tries === tries || undefined;
        });
      }
      elapse(60_000);
      const { state, error } = await end(spec);
      assert.deepEqual([state, error?.code], ['failed', 'SERVICE_UNAVAILABLE']);
      assert.equal(error?.retryable, true);
      assert.equal(emulator.jobs.length, 0);
    });

    test('a job whose launcher died before it was created is created by the next', async () => {
      const { emulator, jobs, launcherWith, elapse } = await open();
      emulator.faults.failNext(create, status.UNAVAILABLE, 'gone');
      const spec = succeeding();
      await jobs.launch(spec);
      await jobs.close();
      const next = launcherWith();
      const end = endsOf(next);
      assert.deepEqual(await next.adopt(), []);
      elapse(60_000);
      assert.equal((await end(spec)).state, 'succeeded');
      assert.equal(emulator.jobs.length, 1);
      await next.close();
    });

    test('a job whose instance has gone is looked after by another one that is asked for it', async () => {
      const { emulator, jobs, launcherWith } = await open();
      const sibling = launcherWith();
      const end = endsOf(sibling);
      assert.deepEqual(await sibling.adopt(), []);
      const spec = jobSpecWith({ script: 'obedient' });
      await jobs.launch(spec);
      await until('the job to begin', async () => (await jobs.logs(spec.id)) || undefined);
      await jobs.close();
      assert.equal((await sibling.get(spec.id))?.state, 'running');
      emulator.jobs[0]?.job.cancel();
      assert.equal((await end(spec)).state, 'cancelled');
      await sibling.close();
    });

    test('a job that was cancelled before it was created never is', async () => {
      const { emulator, jobs, end, elapse } = await open();
      emulator.faults.failNext(create, status.UNAVAILABLE, 'gone');
      const spec = succeeding();
      await jobs.launch(spec);
      await jobs.cancel(spec.id);
      elapse(60_000);
      assert.equal((await end(spec)).state, 'cancelled');
      assert.equal(emulator.jobs.length, 0);
    });

    const fates: { fate: Fate; state: string; expected: string; retryable: boolean }[] = [
      { fate: 'stockout', state: 'failed', expected: 'JOB_STOCKOUT', retryable: true },
      { fate: 'quota', state: 'failed', expected: 'JOB_QUOTA', retryable: true },
      { fate: 'imageMissing', state: 'failed', expected: 'JOB_IMAGE_UNUSABLE', retryable: false },
      {
        fate: 'permissionDenied',
        state: 'failed',
        expected: 'JOB_ACCESS_DENIED',
        retryable: false,
      },
      { fate: 'internalError', state: 'lost', expected: 'JOB_LOST', retryable: true },
    ];
    for (const { fate, state, expected, retryable } of fates) {
      test(`a job that ends by ${fate} is ${state}, ${expected}`, async () => {
        const { emulator, run } = await open();
        emulator.nextJob(fate);
        const ended = await run(succeeding());
        assert.deepEqual(
          [ended.state, ended.exitCode, ended.error?.code, ended.error?.retryable],
          [state, null, expected, retryable],
        );
      });
    }

    test('a job that never starts is given up, which is worth another attempt', async () => {
      const { emulator, jobs, end, elapse } = await open();
      emulator.nextJob('neverStarts');
      const spec = jobSpecWith({ script: 'succeed' }, { limits: { startSeconds: 600 } });
      await jobs.launch(spec);
      elapse(600_000);
      const { state, error } = await end(spec);
      assert.deepEqual([state, error?.code], ['failed', 'JOB_START_TIMEOUT']);
      assert.equal(error?.retryable, true);
      assert.equal(emulator.jobs[0]?.job.outcome?.reason, 'cancelled');
    });

    test('a service that does not answer for a while costs a running job nothing', async () => {
      const { emulator, run, lines } = await open();
      for (const code of [status.UNAVAILABLE, status.RESOURCE_EXHAUSTED, status.INTERNAL]) {
        emulator.faults.failNext(get, code, 'not now');
      }
      assert.equal((await run(succeeding())).state, 'succeeded');
      const warnings = lines.filter(({ message }) => message.includes('asked again soon'));
      assert.equal(warnings.length, 3);
    });

    test('a service whose clock is behind ends no job before it began', async () => {
      const { clock, emulator, launcherWith } = await open();
      const hour = 3600_000;
      const ahead: Clock = {
        now: () => new Date(clock.now().getTime() + hour),
        setTimer: (delayMs, callback) => clock.setTimer(delayMs, callback),
      };
      const jobs = launcherWith({ clock: ahead });
      const end = endsOf(jobs);
      const spec = succeeding();
      await jobs.launch(spec);
      const ended = await end(spec);
      assert.equal(ended.state, 'succeeded');
      // What the service says is an hour before, so that the job took no time at all.
      const [{ job } = {}] = emulator.jobs;
      assert.ok(Number(job?.endedAt) < Date.parse(ended.created) - hour / 2);
      assert.equal(ended.endedAt, ended.created);
      assert.deepEqual(await jobs.get(spec.id), ended);
      await jobs.close();
    });

    test('a service whose clock is ahead loses no job, and says when it ended', async () => {
      const { clock, emulator, launcherWith } = await open();
      const behind: Clock = {
        now: () => new Date(clock.now().getTime() - 3600_000),
        setTimer: (delayMs, callback) => clock.setTimer(delayMs, callback),
      };
      const jobs = launcherWith({ clock: behind });
      const end = endsOf(jobs);
      const spec = succeeding();
      await jobs.launch(spec);
      const ended = await end(spec);
      assert.equal(ended.state, 'succeeded');
      assert.equal(ended.endedAt, emulator.jobs[0]?.job.endedAt?.toISOString());
      await jobs.close();
    });

    test('a cancellation that does not arrive is sent again', async () => {
      const { emulator, jobs, end, lines } = await open();
      const cancel = name === 'Vertex AI' ? 'CancelCustomJob' : 'CancelExecution';
      emulator.faults.failNext(cancel, status.UNAVAILABLE, 'not now');
      const spec = jobSpecWith({ script: 'obedient' });
      await jobs.launch(spec);
      await until('the job to begin', async () => (await jobs.logs(spec.id)) || undefined);
      await jobs.cancel(spec.id);
      assert.equal((await end(spec)).state, 'cancelled');
      assert.equal(lines.filter(({ message }) => message.includes('told again')).length, 1);
    });

    test('a job that somebody cancels at the service is cancelled', async () => {
      const { emulator, jobs, end } = await open();
      const spec = jobSpecWith({ script: 'obedient' });
      await jobs.launch(spec);
      await until('the job to begin', async () => (await jobs.logs(spec.id)) || undefined);
      emulator.jobs[0]?.job.cancel();
      const { state, error } = await end(spec);
      assert.deepEqual([state, error?.code], ['cancelled', 'JOB_CANCELLED']);
    });

    test('an orphan, of which there is no record, is adopted by its labels', async () => {
      const { emulator, jobs, launcherWith, options } = await open();
      const spec = jobSpecWith({ script: 'obedient' });
      await jobs.launch(spec);
      await until('the job to begin', async () => (await jobs.logs(spec.id)) || undefined);
      await jobs.close();
      await options.artifacts.deletePrefix(`commands/${spec.id}/`);
      await options.artifacts.deletePrefix('unfinished/');
      const next = launcherWith();
      const end = endsOf(next);
      assert.deepEqual(await next.adopt(), []);
      assert.equal((await next.get(spec.id))?.state, 'running');
      await next.cancel(spec.id);
      assert.equal((await end(spec)).state, 'cancelled');
      assert.equal(emulator.jobs.length, 1);
      await next.close();
    });

    test('jobs of another namespace are left alone', async () => {
      const { emulator, jobs, launcherWith } = await open();
      const spec = jobSpecWith({ script: 'obedient' });
      await jobs.launch(spec);
      const artifacts = new MemoryArtifactStore();
      const other = launcherWith({ namespace: 'other', artifacts });
      assert.deepEqual(await other.adopt(), []);
      assert.equal(await other.get(spec.id), undefined);
      assert.equal(emulator.jobs[0]?.job.stopping, undefined);
      await other.close();
    });

    test('without credentials nothing is created, and nothing breaks', async () => {
      const { launcherWith, missing } = await open();
      const key = 'GOOGLE_APPLICATION_CREDENTIALS';
      const before = process.env[key];
      process.env[key] = missing;
      const jobs = launcherWith({ endpoint: undefined });
      const end = endsOf(jobs);
      await assert.rejects(jobs.check(), { code: 'JOB_ACCESS_DENIED' });
      const spec = succeeding();
      await jobs.launch(spec);
      const { state, error } = await end(spec);
      assert.deepEqual([state, error?.code], ['failed', 'JOB_ACCESS_DENIED']);
      await jobs.close();
      process.env[key] = before;
      if (before === undefined) delete process.env[key];
    });

    test('the check says why no job can be created', async () => {
      const { emulator, jobs } = await open();
      const list = name === 'Vertex AI' ? 'ListCustomJobs' : 'ListJobs';
      emulator.faults.failNext(list, status.PERMISSION_DENIED, 'no role');
      await assert.rejects(jobs.check(), { code: 'JOB_ACCESS_DENIED', message: /no role/ });
      await jobs.check();
    });

    test('without a reader, the log is a link', async () => {
      const { launcherWith } = await open();
      const jobs = launcherWith({ readLog: undefined });
      const spec = succeeding();
      const end = endsOf(jobs);
      await jobs.launch(spec);
      await end(spec);
      const log = (await jobs.logs(spec.id)) ?? '';
      assert.match(
        log,
        /https:\/\/console\.cloud\.google\.com\/logs\/query;query=\S+project=project/,
      );
      await jobs.close();
    });
  });
}
