import assert from 'node:assert/strict';
import { after, before, describe, type TestContext, test } from 'node:test';
import type { ArtifactStore } from '@triad/shared/artifacts/artifact-store.ts';
import type { JobSpec } from '@triad/shared/contracts/job-spec.ts';
import type { JobView } from '@triad/shared/contracts/job-view.ts';
import { errorPath, manifestPath, parseManifest } from '@triad/shared/contracts/manifest.ts';
import type { JobCapabilities, JobLauncher } from '@triad/shared/jobs/job-launcher.ts';
import { pidsOf } from '../harness/job-pids.ts';
import { jobSpecWith } from '../harness/job-spec.ts';
import { lives } from '../harness/process-life.ts';
import { until } from '../harness/until.ts';
import { restartConformance } from './job-launcher.restart.conformance.ts';

/** A launcher of the job `scripted`, and what it shares with that job. */
export interface LauncherUnderTest {
  launcher: JobLauncher;
  artifacts: ArtifactStore;
  /** A further launcher on the same jobs, as after a restart. */
  another(): JobLauncher;
  /** Puts the launcher's clock forward, in milliseconds. */
  elapse(ms: number): void;
}

/** What every job launcher must do. It must end stubborn jobs within about a second. */
export function jobLauncherConformance(
  name: string,
  openFresh: () => Promise<LauncherUnderTest>,
): void {
  describe(`${name} is a job launcher`, { concurrency: 2 }, () => {
    let { launcher, artifacts, another }: LauncherUnderTest = {} as LauncherUnderTest;
    let can: JobCapabilities;
    const ended: JobView[] = [];
    /** A job that succeeds, for the tests that only look at what it left. */
    const shown = jobSpecWith({ script: 'succeed' });
    before(async () => {
      ({ launcher, artifacts, another } = await openFresh());
      can = launcher.capabilities;
      launcher.onEnd((job) => ended.push(job));
      await launcher.launch(shown);
    });
    after(() => launcher.close());

    const endOf = (spec: JobSpec) =>
      until(`the end of ${spec.params.script}`, async () =>
        ended.find((job) => job.name === spec.id),
      );
    const run = async (spec: JobSpec) => {
      const { started } = await launcher.launch(spec);
      assert.equal(started, true);
      return endOf(spec);
    };
    const printed = (spec: JobSpec, pattern: RegExp) =>
      until(`${spec.params.script} to print ${pattern}`, async () => {
        const matches = [...((await launcher.logs(spec.id)) ?? '').matchAll(pattern)];
        return matches.length > 0 ? matches.map((match) => String(match[1])) : undefined;
      });
    /** Whether the launcher gives each job a process; if not, says so in the report. */
    const isolates = (t: TestContext): boolean => {
      if (!can.isolates) t.diagnostic('declared: jobs have no process');
      return can.isolates;
    };

    test('a job that stores its manifest has succeeded', async () => {
      const spec = jobSpecWith({ script: 'succeed' });
      const { job } = await launcher.launch(spec);
      assert.deepEqual(
        { name: job.name, displayName: job.displayName },
        { name: spec.id, displayName: 'scripted 2026-01-31' },
      );
      const end = await endOf(spec);
      assert.equal(end.state, 'succeeded');
      assert.equal(end.exitCode, 0);
      assert.equal(end.error, null);
      assert.ok(Date.parse(end.endedAt ?? '') >= Date.parse(end.created));
      assert.deepEqual(await launcher.get(spec.id), end);
    });

    test('the manifest names the outputs, which are stored under the attempt', async () => {
      await endOf(shown);
      const body = (await artifacts.get(manifestPath(shown)))?.body.toString() ?? '';
      const manifest = parseManifest(JSON.parse(body));
      const path = `runs/${shown.runId}/step/1/numbers.csv`;
      assert.deepEqual(manifest.outputs, [
        { ...(await artifacts.digest(path)), name: 'numbers', rows: 2 },
      ]);
      assert.deepEqual(manifest.metrics, { 'answer.value': 42 });
      assert.deepEqual(manifest.notes, ['for 2026-01-31']);
      assert.deepEqual(manifest.lineage, { ...shown.pins, inputs: [] });
    });

    test('everything a job prints is in its log', async () => {
      await endOf(shown);
      const log = (await launcher.logs(shown.id)) ?? '';
      assert.match(log, /\bbegan \d+/);
      if (can.isolates) assert.match(log, /^to standard error$/m);
    });

    test('a command that is launched twice starts one job', async () => {
      const spec = jobSpecWith({ script: 'succeed' });
      const launches = await Promise.all([1, 2, 3, 4].map(() => launcher.launch(spec)));
      assert.equal(launches.filter(({ started }) => started).length, 1);
      assert.equal(new Set(launches.map(({ job }) => job.created)).size, 1);
      await endOf(spec);
      const again = await launcher.launch(spec);
      assert.equal(again.started, false);
      assert.equal(again.job.state, 'succeeded');
      assert.equal(((await launcher.logs(spec.id)) ?? '').match(/\bbegan/g)?.length, 1);
      assert.equal(ended.filter((job) => job.name === spec.id).length, 1);
    });

    test('two launchers start one job for one command', async () => {
      const spec = jobSpecWith({ script: 'succeed' });
      const other = another();
      const launches = await Promise.all([launcher.launch(spec), other.launch(spec)]);
      assert.equal(launches.filter(({ started }) => started).length, 1);
      await until('the job to end', async () => {
        return (await launcher.get(spec.id))?.state === 'succeeded' || undefined;
      });
      await other.close();
    });

    test('an unknown job is JOB_UNKNOWN, and leaves no job behind', async () => {
      const spec = jobSpecWith({}, { job: 'nothing' });
      await assert.rejects(launcher.launch(spec), { code: 'JOB_UNKNOWN', message: /nothing/ });
      assert.equal(await launcher.get(spec.id), undefined);
      assert.deepEqual(launcher.jobNames.includes('scripted'), true);
    });

    test('nothing is known of a command that was never launched', async () => {
      for (const id of ['01j:step:1', '../../etc', 'no id']) {
        assert.equal(await launcher.get(id), undefined);
        assert.equal(await launcher.logs(id), undefined);
        assert.equal(await launcher.cancel(id), undefined);
      }
    });

    const failures = [
      { script: 'fail', exitCode: 1, code: 'SQL_INVALID', retryable: false },
      { script: 'failForNow', exitCode: 75, code: 'WAREHOUSE_BUSY', retryable: true },
      // The stack of a bug is in the log.
      {
        script: 'bug',
        exitCode: 1,
        code: 'INTERNAL',
        retryable: false,
        logged: /RangeError: the bug\\n +at/,
      },
      { script: 'uncaughtBug', exitCode: 1, code: 'INTERNAL', retryable: false, alone: true },
      { script: 'notFinite', exitCode: 1, code: 'METRIC_NOT_FINITE', retryable: false },
    ];
    for (const { script, exitCode, code, retryable, alone, logged } of failures) {
      test(`the job "${script}" fails with its own error, ${code}`, async (t) => {
        if (alone && !isolates(t)) return;
        const spec = jobSpecWith({ script });
        const end = await run(spec);
        assert.equal(end.state, 'failed');
        assert.equal(end.exitCode, exitCode);
        assert.equal(end.error?.code, code);
        assert.equal(end.error?.retryable, retryable);
        const report = (await artifacts.get(errorPath(spec)))?.body.toString() ?? '';
        assert.deepEqual(JSON.parse(report), end.error);
        assert.equal(await artifacts.stat(manifestPath(spec)), undefined);
        if (logged) assert.match((await launcher.logs(spec.id)) ?? '', logged);
      });
    }

    const exits = [
      { code: 0, expected: 'MANIFEST_MISSING', retryable: true },
      { code: 75, expected: 'JOB_TEMPFAIL', retryable: true },
      { code: 3, expected: 'JOB_EXITED', retryable: false },
    ];
    for (const { code, expected, retryable } of exits) {
      test(`exit code ${code} without a manifest is ${expected}`, async (t) => {
        if (!isolates(t)) return;
        const end = await run(jobSpecWith({ script: 'exit', code }));
        assert.equal(end.state, 'failed');
        assert.equal(end.exitCode, code);
        assert.equal(end.error?.code, expected);
        assert.equal(end.error?.retryable, retryable);
      });
    }

    test('a job that somebody killed is lost, which is worth another attempt', async (t) => {
      if (!isolates(t)) return;
      const end = await run(jobSpecWith({ script: 'killed' }));
      assert.equal(end.state, 'lost');
      assert.equal(end.exitCode, null);
      assert.equal(end.error?.code, 'JOB_LOST');
      assert.equal(end.error?.retryable, true);
    });

    test('a job that somebody asked to stop is lost, not failed', async (t) => {
      if (!isolates(t)) return;
      const spec = jobSpecWith({ script: 'obedient' });
      await launcher.launch(spec);
      const [pid] = await printed(spec, /\bbegan (\d+)/g);
      process.kill(Number(pid), 'SIGTERM');
      assert.equal((await endOf(spec)).state, 'lost');
    });

    test('a cancelled job ends gently', async () => {
      const spec = jobSpecWith({ script: 'obedient' });
      await launcher.launch(spec);
      const [pid] = await printed(spec, /\bbegan (\d+)/g);
      await Promise.all([launcher.cancel(spec.id), launcher.cancel(spec.id)]);
      const end = await endOf(spec);
      assert.equal(end.state, 'cancelled');
      assert.equal(end.error?.code, 'JOB_CANCELLED');
      if (can.isolates) assert.equal(lives(Number(pid)), false);
      assert.equal((await launcher.cancel(spec.id))?.state, 'cancelled');
    });

    test('a job that was cancelled before it did anything is cancelled', async () => {
      const spec = jobSpecWith({ script: 'obedient' });
      const launching = launcher.launch(spec);
      await launcher.cancel(spec.id);
      await launching;
      await launcher.cancel(spec.id);
      assert.equal((await endOf(spec)).state, 'cancelled');
    });

    test('cancelling ends a job that ignores it, with all it started', async (t) => {
      if (!isolates(t)) return;
      const spec = jobSpecWith({ script: 'stubborn' });
      await launcher.launch(spec);
      const pids = await pidsOf(launcher, spec);
      assert.deepEqual(pids.map(lives), [true, true, true]);
      await launcher.cancel(spec.id);
      assert.equal((await endOf(spec)).state, 'cancelled');
      assert.deepEqual(pids.map(lives), [false, false, false]);
    });

    test('a job over its time limit is ended with all it started', async () => {
      const { launcher: fresh, elapse } = await openFresh();
      const script = can.isolates ? 'stubborn' : 'obedient';
      const ends: JobView[] = [];
      fresh.onEnd((job) => ends.push(job));
      const resources = { memoryMiB: 1024, timeLimitSeconds: 600 };
      const spec = jobSpecWith({ script }, { resources });
      await fresh.launch(spec);
      const pids = await pidsOf(fresh, spec);
      elapse(600_000);
      const end = await until('the end', async () => ends[0]);
      assert.equal(end.state, 'failed');
      assert.equal(end.error?.code, 'JOB_TIMEOUT');
      assert.match(end.error?.message ?? '', /600 s/);
      if (can.isolates) assert.equal(pids.some(lives), false);
      await fresh.close();
    });

    test('a job over its memory limit is ended', async (t) => {
      if (!can.enforcesMemory) return t.diagnostic('declared as not enforced');
      const resources = { memoryMiB: 256, timeLimitSeconds: 60 };
      const end = await run(jobSpecWith({ script: 'eatMemory' }, { resources }));
      assert.equal(end.state, 'failed');
      assert.equal(end.error?.code, 'JOB_MEMORY');
      assert.match(end.error?.message ?? '', /more than its limit of 256 MiB/);
    });

    test('a job that ends leaves no process behind', async (t) => {
      if (!isolates(t)) return;
      const spec = jobSpecWith({ script: 'leaveChild' });
      assert.equal((await run(spec)).state, 'succeeded');
      const [pid] = await printed(spec, /^child (\d+)$/gm);
      assert.equal(lives(Number(pid)), false);
    });

    test('a job tells of its life, or the launcher says that it does not see it', async () => {
      const { heartbeatAt } = await endOf(shown);
      if (can.beats) assert.ok(Date.parse(heartbeatAt ?? '') > 0);
      else assert.equal(heartbeatAt, null);
    });

    test('a job that beats in time is left alone by its limits', async (t) => {
      if (!can.beats) return t.diagnostic('declared as not seen');
      const limits = { startSeconds: 20, heartbeatSeconds: 20 };
      const spec = jobSpecWith({ script: 'succeed' }, { limits });
      assert.equal((await run(spec)).state, 'succeeded');
    });

    test('a job that falls silent is ended, which is worth another attempt', async (t) => {
      if (!can.beats) return t.diagnostic('declared as not seen');
      const { launcher: fresh, elapse } = await openFresh();
      const ends: JobView[] = [];
      fresh.onEnd((job) => ends.push(job));
      const resources = { memoryMiB: 512, timeLimitSeconds: 1e9 };
      const limits = { startSeconds: 600, heartbeatSeconds: 600 };
      const spec = jobSpecWith({ script: 'obedient' }, { resources, limits });
      await fresh.launch(spec);
      await pidsOf(fresh, spec);
      const end = await until('the end', async () => {
        elapse(601_000);
        return ends[0];
      });
      assert.deepEqual([end.state, end.error?.code], ['failed', 'JOB_HEARTBEAT_LOST']);
      assert.equal(end.error?.retryable, true);
      await fresh.close();
    });

    test('the newest jobs are listed first', async () => {
      const specs = [1, 2, 3].map(() => jobSpecWith({ script: 'succeed' }));
      for (const spec of specs) await run(spec);
      const names = (await launcher.list(1000)).map((job) => job.name);
      const order = specs.map((spec) => names.indexOf(spec.id));
      assert.ok(order.every((place) => place >= 0));
      assert.deepEqual(
        order,
        [...order].sort((a, b) => b - a),
      );
      assert.equal((await launcher.list(2)).length, 2);
      const before = (await launcher.list(1000, specs[1]?.id)).map((job) => job.name);
      assert.deepEqual(before, names.slice(names.indexOf(specs[1]?.id ?? '') + 1));
    });

    test('the check answers when jobs can be started', async () => {
      await launcher.check();
    });

    restartConformance(openFresh);
  });
}
