import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { homeLayout } from '@triad/shared/config/home.ts';
import {
  backfillAnswer,
  backfillDetails,
  backfillList,
  backfillView,
} from '@triad/shared/contracts/backfill.ts';
import { pruned } from '@triad/shared/contracts/pruned.ts';
import { type RunView, runList, runView } from '@triad/shared/contracts/run-view.ts';
import { sensorCheck, sensorList } from '@triad/shared/contracts/sensor-view.ts';
import { pauseView, tickList } from '@triad/shared/contracts/tick.ts';
import { openSqlite } from '@triad/shared/state/sqlite-database.ts';
import { scriptedHome } from '../harness/cli/scripted-home.ts';
import { triad } from '../harness/cli/triad.ts';
import { TriadProcess } from '../harness/cli/triad-process.ts';
import { until } from '../harness/until.ts';

const harness = resolve(import.meta.dirname, '../harness');
const definitions = resolve(harness, 'pipelines-scheduled');
const DAY_MS = 86_400_000;

describe('schedules, backfills and decisions on a home whose system runs', () => {
  let home = '';
  let env: NodeJS.ProcessEnv = {};
  let letGo: (runId: string) => void = () => {};
  const started: TriadProcess[] = [];
  const start = (...args: string[]) => {
    const process = new TriadProcess(args, env);
    started.push(process);
    return process;
  };
  before(async () => {
    const scripted = await scriptedHome();
    ({ home, letGo } = scripted);
    env = {
      ...scripted.env,
      TRIAD_PIPELINES_DIR: definitions,
      TRIAD_JOBS: '{}',
      TRIAD_IN_PROCESS_JOBS: JSON.stringify({ gated: resolve(harness, 'jobs/gated-job.ts') }),
    };
    await start('up').saying('stdout', /Ctrl-C stops it/);
  });
  after(() => {
    for (const process of started) process.kill('SIGKILL');
  });

  /** What a command that succeeds prints on standard output. */
  const told = async (...args: string[]): Promise<string> => {
    const { exitCode, stdout, stderr } = await triad(args, env);
    assert.equal(exitCode, 0, stderr);
    return stdout;
  };
  /** Its one JSON document. */
  const asked = async (...args: string[]): Promise<unknown> =>
    JSON.parse(await told(...args, '--json'));
  /** That a command fails with this error and prints nothing else. */
  const refused = async (code: 1 | 2, error: RegExp, ...args: string[]) => {
    const { exitCode, stdout, stderr } = await triad(args, env);
    assert.deepEqual([exitCode, stdout], [code, '']);
    assert.match(stderr, error);
  };

  const daily = async (...args: string[]): Promise<RunView> =>
    runView.parse(await asked('run', 'daily', ...args));
  const show = async (runId: string) => runView.parse(await asked('show', runId));
  const backfillWhen = (id: string, what: string, holds: Partial<Record<string, number>>) =>
    until(`backfill ${id} to be ${what}`, async () => {
      const details = backfillDetails.parse(await asked('backfills', 'show', id));
      const { state, progress } = details.backfill;
      const isThere = Object.entries({ ...noProgress, ...holds }).every(
        ([phase, count]) => progress[phase as keyof typeof progress] === count,
      );
      return state === what && isThere ? details : undefined;
    });

  test('a dry run of a backfill tells what it would run, and what there is, and starts nothing', async () => {
    const range = ['backfill', 'daily', '--from', '2026-01-01', '--to', '2026-01-05', '--dry-run'];
    assert.match(await told(...range), /^5 runs; without --dry-run they are started\.$/m);
    const none = await triad(['backfills'], env);
    assert.deepEqual(none, { exitCode: 0, stdout: '', stderr: 'No backfills found.\n' });

    const { runId } = await daily('--run-date', '2026-01-02');
    const { backfill, dates } = backfillAnswer.parse(await asked(...range, '--only-missing'));
    assert.equal(backfill, null);
    assert.deepEqual(
      dates.map(({ isIncluded }) => isIncluded),
      [true, false, true, true, true],
    );
    assert.deepEqual(dates[1]?.existing, { runId, state: 'succeeded' });
    await refused(1, /^Error INPUT_INVALID: /, 'backfill', 'daily', ...backwards);
  });

  test('a backfill runs what is missing, no more at a time than it may', async () => {
    const range = ['backfill', 'daily', '--from', '2026-01-01', '--to', '2026-01-05'];
    const missing = [...range, '--only-missing'];
    const text = await told(...missing, '--concurrency', '2', '--param', `gate=${home}`);
    const [, id = ''] = /^Backfill (\w+): 4 runs, at most 2 at a time\.\n$/.exec(text) ?? [];
    const first = await backfillWhen(id, 'running', { active: 2, waiting: 2 });
    const ofBackfill = ['runs', '--pipeline', 'daily', '--trigger', 'backfill'];
    const { runs: begun } = runList.parse(await asked(...ofBackfill));
    assert.deepEqual(
      begun.map(({ runDate, priority }) => [runDate, priority]),
      [
        ['2026-01-03', 25],
        ['2026-01-01', 25],
      ],
    );
    for (const { runId } of first.runs) if (runId) letGo(runId);
    const second = await backfillWhen(id, 'running', { active: 2, succeeded: 2 });
    for (const { runId } of second.runs) if (runId) letGo(runId);
    await backfillWhen(id, 'finished', { succeeded: 4 });

    const { backfills } = backfillList.parse(await asked('backfills', '--pipeline', 'daily'));
    assert.deepEqual(
      backfills.map(({ id, state, concurrency }) => ({ id, state, concurrency })),
      [{ id, state: 'finished', concurrency: 2 }],
    );
    assert.match(await told('backfills'), new RegExp(`^ *${id} .* finished +4 succeeded *$`, 'm'));
    assert.match(await told(...missing, '--dry-run'), /^0 runs; /m);
  });

  test('a backfill that is cancelled starts no more runs and cancels the one at work, once', async () => {
    const range = ['backfill', 'daily', '--from', '2026-02-01', '--to', '2026-02-03'];
    const answer = backfillAnswer.parse(await asked(...range, '--param', `gate=${home}`));
    const id = answer.backfill?.id ?? '';
    assert.equal(answer.dates.length, 3);
    await backfillWhen(id, 'running', { active: 1, waiting: 2 });
    const cancelled = backfillView.parse(await asked('backfills', 'cancel', id));
    assert.match(cancelled.state, /^cancell(ing|ed)$/);
    const { runs } = await backfillWhen(id, 'cancelled', { cancelled: 1, waiting: 2 });
    assert.deepEqual(
      runs.map(({ state }) => state),
      ['cancelled', null, null],
    );
    assert.match(await told('backfills', 'show', id), /^ *2026-02-02 +waiting *$/m);
    await refused(1, /^Error BACKFILL_NOT_ACTIVE: /, 'backfills', 'cancel', id);
  });

  test('a pipeline is paused with its sensors by somebody for a reason, and resumed', async () => {
    const sensorState = async () =>
      sensorList.parse(await asked('sensors')).sensors.map(({ state }) => state);
    const { paused } = pauseView.parse(await asked('pause', 'yearly', '--reason', 'stocktaking'));
    assert.equal(paused?.reason, 'stocktaking');
    assert.match(
      await told('pause', 'yearly'),
      new RegExp(`^Pipeline yearly is paused by ${paused?.by}: it starts only when it is asked to`),
    );
    assert.deepEqual(await sensorState(), ['paused']);
    assert.equal(await told('resume', 'yearly'), 'Pipeline yearly is not paused.\n');
    assert.deepEqual(await asked('resume', 'yearly'), { pipeline: 'yearly', paused: null });
    assert.notDeepEqual(await sensorState(), ['paused']);
  });

  test('ticks that are to come are listed, the latest first and page by page', async () => {
    const { ticks, next } = tickList.parse(await asked('ticks', '--pipeline', 'yearly'));
    assert.equal(next, null);
    assert.equal(ticks.length, 3);
    const occurrences = ticks.map(({ occurrence }) => occurrence);
    assert.deepEqual(occurrences, occurrences.toSorted().reverse());
    for (const { state, occurrence } of ticks) {
      assert.equal(state, 'expected');
      assert.match(occurrence, /^\d{4}-12-31T00:00:00\.000Z$/);
    }
    const page = await triad(['ticks', '--limit', '2'], env);
    assert.match(page.stdout, /^ *yearly +\d{4}-12-31 00:00.* expected *$/m);
    const [, before = ''] = /There are more: --before (\S+) lists them\./.exec(page.stderr) ?? [];
    const rest = tickList.parse(await asked('ticks', '--before', before));
    assert.deepEqual(rest, { ticks: ticks.slice(2), next: null });
    const fired = await triad(['ticks', '--state', 'fired'], env);
    assert.deepEqual(fired, { exitCode: 0, stdout: '', stderr: 'No ticks found.\n' });
  });

  test('a sensor that sees nothing new starts a run only when it is forced to', async () => {
    const size = statSync(resolve(definitions, 'yearly.ts')).size;
    await until('the first look', async () => {
      const [sensor] = sensorList.parse(await asked('sensors')).sensors;
      return sensor?.state === 'watching' || undefined;
    });
    const check = ['sensors', 'check', 'yearly', 'definition'];
    assert.match(
      await told(...check),
      new RegExp(`^Unchanged: 1 file, ${size} bytes, .* Nothing was started\\.\\n$`),
    );
    const { outcome, sensor } = sensorCheck.parse(await asked(...check, '--force-trigger'));
    assert.deepEqual([outcome, sensor.value, sensor.generation], ['triggered', size, 2]);
    assert.ok(sensor.runId);
    const run = await show(sensor.runId);
    assert.deepEqual([run.trigger, run.params], ['sensor', { seen: size }]);
    assert.match(
      await told('sensors'),
      new RegExp(`^ *yearly +definition +watching .* ${run.runId} *$`, 'm'),
    );
  });

  test('a run is repeated with another parameter, and is itself not changed', async () => {
    const original = await daily('--run-date', '2026-03-01', '--param', 'size=3', '--seed', '7');
    assert.deepEqual(original.metrics, { size: 3 });
    const repeat = ['rerun', original.runId, '--param', 'size=4'];
    const again = runView.parse(await asked(...repeat));
    assert.notEqual(again.runId, original.runId);
    assert.deepEqual(
      [again.rerunOf, again.trigger, again.runDate, again.plan.seed, again.metrics],
      [original.runId, 'rerun', '2026-03-01', 7, { size: 4 }],
    );
    assert.match(await told('rerun', again.runId), /^Run \w+ succeeded after /);
    assert.deepEqual(await show(original.runId), original);
    await refused(
      2,
      /^Error USAGE: Parameter size is 0; /,
      'rerun',
      original.runId,
      '--param',
      'size=0',
    );
  });

  test('a run waits for its approval, and goes on without the step that was skipped', async () => {
    const run = start('run', 'reviewed', '--run-date', '2026-03-02', '--json');
    const [, runId = ''] = await run.saying('stderr', /^run (\w+): reviewed /m);
    await run.saying('stderr', /^make: succeeded /m);
    const reason = ['--reason', 'good enough', '--by', 'ada'];
    const skipped = runView.parse(await asked('skip', runId, 'polish', ...reason));
    assert.deepEqual(
      skipped.steps.map(({ state }) => state),
      ['succeeded', 'awaiting', 'skipped', 'waiting'],
    );
    const opinion = ['--by', 'bob', '--comment', 'looks right'];
    assert.equal(
      await told('approve', runId, 'review', ...opinion),
      `Step review of run ${runId} is approved; the run is running.\n`,
    );
    const { exitCode, stdout } = await run.ended();
    assert.equal(exitCode, 0);
    assert.deepEqual(
      runView
        .parse(JSON.parse(stdout))
        .steps.map(({ name, state, skipped }) => [name, state, skipped]),
      [
        ['make', 'succeeded', null],
        ['review', 'succeeded', null],
        ['polish', 'skipped', 'ada: good enough'],
        ['use', 'succeeded', null],
      ],
    );
    await refused(1, /^Error RUN_STEP_STATE: Step review .*/, 'approve', runId, 'review');
  });

  test('prune removes old runs, but not the newest of a pipeline that succeeded', async () => {
    const old = await daily('--run-date', '2026-03-03');
    const newest = await daily('--run-date', '2026-03-04');
    await age([old.runId, newest.runId], 31);
    const prune = ['prune', '--older-than', '30d'];
    const would = await told(...prune, '--dry-run');
    assert.match(would, /^Would remove 1 runs, 0 ticks, /);
    assert.equal(would.split('\n')[1], `  ${old.runId}`);

    const { dryRun, ...removed } = (await asked(...prune)) as { dryRun: boolean };
    assert.equal(dryRun, false);
    assert.deepEqual(pruned.parse(removed).runs, [old.runId]);
    const { runs } = runList.parse(await asked('runs', '--run-date-from', '2026-03-03'));
    assert.deepEqual(
      runs.filter(({ pipeline }) => pipeline === 'daily').map(({ runId }) => runId),
      [newest.runId],
    );
    assert.match(await told(...prune), /^Removed 0 runs, /);
    await refused(2, /^Error USAGE: Say how old what goes must be: --older-than 30d/, 'prune');
  });

  /** Lets runs have finished so many days earlier. */
  async function age(runIds: string[], days: number): Promise<void> {
    const db = await openSqlite(homeLayout(home).state);
    const finishedAt = new Date(Date.now() - days * DAY_MS).toISOString();
    await db
      .updateTable('runs')
      .set({ finished_at: finishedAt })
      .where('run_id', 'in', runIds)
      .execute();
    await db.destroy();
  }
});

const backwards = ['--from', '2026-01-02', '--to', '2026-01-01'];
const noProgress = { waiting: 0, active: 0, succeeded: 0, failed: 0, cancelled: 0, refused: 0 };
