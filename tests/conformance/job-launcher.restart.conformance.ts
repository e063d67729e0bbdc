import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import type { JobSpec } from '@triad/shared/contracts/job-spec.ts';
import type { JobView } from '@triad/shared/contracts/job-view.ts';
import { pidsOf } from '../harness/job-pids.ts';
import { jobSpecWith } from '../harness/job-spec.ts';
import { lives } from '../harness/process-life.ts';
import { temporaryDirectory } from '../harness/temporary-directory.ts';
import { until } from '../harness/until.ts';
import type { LauncherUnderTest } from './job-launcher.conformance.ts';

/** What a launcher must do about the jobs that an earlier one left. */
export function restartConformance(openFresh: () => Promise<LauncherUnderTest>): void {
  describe('after a restart', () => {
    /** Whether jobs go on without their launcher; if not, says so in the report. */
    const survives = async (t: TestContext): Promise<boolean> => {
      const { launcher } = await openFresh();
      const { survivesRestart } = launcher.capabilities;
      await launcher.close();
      if (!survivesRestart) t.diagnostic('declared: jobs end with their launcher');
      return survivesRestart;
    };

    /** Launches jobs by a launcher that then goes away, and gives the next one. */
    const restart = async (specs: JobSpec[]) => {
      const { launcher: first, artifacts: stored, another: open } = await openFresh();
      for (const spec of specs) await first.launch(spec);
      const pids: number[][] = [];
      for (const spec of specs) pids.push(await pidsOf(first, spec));
      await first.close();
      const ends: JobView[] = [];
      const next = open();
      next.onEnd((job) => ends.push(job));
      return { next, stored, open, ends, pids };
    };
    const held = async () => {
      const go = join(await temporaryDirectory(), 'go');
      return { spec: jobSpecWith({ script: 'hold', go }), letGo: () => writeFile(go, '') };
    };

    test('a job that still runs is adopted, and its end is told once', async (t) => {
      if (!(await survives(t))) return;
      const { spec, letGo } = await held();
      const { next, open, ends } = await restart([spec]);
      assert.deepEqual(await next.adopt(), []);
      assert.equal((await next.get(spec.id))?.state, 'running');
      assert.equal((await next.launch(spec)).started, false);
      await letGo();
      const end = await until('the end', async () => ends[0]);
      assert.equal(end.state, 'succeeded');
      assert.deepEqual(await next.get(spec.id), end);
      await next.close();
      assert.equal(ends.length, 1);
      const third = open();
      assert.deepEqual(await third.adopt(), []);
      await third.close();
    });

    test('a job that ended with its launcher is lost, which is worth another attempt', async (t) => {
      if (await survives(t)) return t.diagnostic('declared: jobs go on without their launcher');
      const spec = jobSpecWith({ script: 'obedient' });
      const { next, open, ends } = await restart([spec]);
      const [lost] = await next.adopt();
      assert.deepEqual([lost?.name, lost?.state], [spec.id, 'lost']);
      assert.equal(lost?.error?.retryable, true);
      assert.deepEqual(await next.get(spec.id), lost);
      assert.equal((await next.launch(spec)).started, false);
      await next.close();
      assert.deepEqual(ends, []);
      assert.deepEqual(await open().adopt(), []);
    });

    test('jobs that ended meanwhile are judged by what they left', async (t) => {
      if (!(await survives(t))) return;
      const { spec: done, letGo } = await held();
      const killed = jobSpecWith({ script: 'stubborn' });
      const { next, ends, pids } = await restart([done, killed]);
      await letGo();
      for (const pid of pids[1] ?? []) process.kill(pid, 'SIGKILL');
      await until('the jobs to be gone', async () => !pids.flat().some(lives) || undefined);
      const adopted = await next.adopt();
      const stateOf = (spec: JobSpec) => adopted.find(({ name }) => name === spec.id)?.state;
      assert.deepEqual([stateOf(done), stateOf(killed)], ['succeeded', 'lost']);
      assert.deepEqual(await next.adopt(), []);
      await next.close();
      assert.deepEqual(ends, []);
    });

    test('an adopted job can be cancelled, with all it started', async (t) => {
      if (!(await survives(t))) return;
      const spec = jobSpecWith({ script: 'stubborn' });
      const { next, ends, pids } = await restart([spec]);
      await next.adopt();
      await next.cancel(spec.id);
      assert.equal((await until('the end', async () => ends[0])).state, 'cancelled');
      assert.equal(pids.flat().some(lives), false);
      await next.close();
    });

    test('a job that was being ended is ended by the next launcher', async (t) => {
      if (!(await survives(t))) return;
      const { launcher: first, another: open } = await openFresh();
      const spec = jobSpecWith({ script: 'stubborn' });
      await first.launch(spec);
      const pids = await pidsOf(first, spec);
      await first.cancel(spec.id);
      await first.close();
      const ends: JobView[] = [];
      const next = open();
      next.onEnd((job) => ends.push(job));
      // Where the machine of a job is elsewhere, it may have ended before it could be adopted.
      const [ended] = await next.adopt();
      const end = ended ?? (await until('the end', async () => ends[0]));
      assert.equal(end.state, 'cancelled');
      assert.equal(pids.some(lives), false);
      await next.close();
    });
  });
}
