import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type AlarmPolicy, alarmPolicy } from '@triad/shared/contracts/alarm-policy.ts';
import fc from 'fast-check';
import type {
  Firing,
  PipelineFacts,
  RunProgress,
} from '../../../../orchestrator/alarms/alarm-facts.ts';
import {
  pipelineConditions,
  systemConditions,
} from '../../../../orchestrator/alarms/rules/rules.ts';
import { conditionOf, datedRunOf } from '../../../harness/alarms/alarm-fixtures.ts';

const now = new Date('2024-01-31T12:00:00.000Z');
const ago = (seconds: number) => new Date(now.getTime() - 1000 * seconds);
const report = { code: 'JOB_EXITED', message: 'It ended.', fix: 'Read the log.', retryable: false };

const factsOf = (more: Partial<PipelineFacts> = {}, policy: Partial<AlarmPolicy> = {}) => ({
  now,
  pipeline: 'test',
  policy: { ...alarmPolicy.parse({}), ...policy },
  jitterSeconds: 0,
  watchedSince: ago(86_400),
  firings: [],
  unfinished: [],
  outcomes: [],
  newestSuccess: null,
  sensors: [],
  ...more,
});
const firing = (seconds: number, isAnswered = false, runDate = '2024-01-31'): Firing => ({
  at: ago(seconds),
  runDate,
  isAnswered,
});
const runOf = (more: Partial<RunProgress> = {}): RunProgress => ({
  runId: 'r1',
  pipeline: 'test',
  runDate: '2024-01-31',
  state: 'running',
  trigger: 'schedule',
  dueAt: ago(0),
  steps: [],
  ...more,
});
const kinds = (facts: PipelineFacts) => pipelineConditions(facts).map(({ kind }) => kind);

test('nothing is wrong with a pipeline of which nothing is expected', () => {
  assert.deepEqual(pipelineConditions(factsOf()), []);
});

describe('run_missing', () => {
  test('a firing may go without a run for startWithinSeconds and its jitter, and not longer', () => {
    const facts = (seconds: number) =>
      factsOf({ firings: [firing(seconds)], jitterSeconds: 60 }, { startWithinSeconds: 900 });
    assert.deepEqual(kinds(facts(959)), []);
    assert.deepEqual(kinds(facts(960)), ['run_missing']);
  });

  test('a firing that has its run, or was skipped for a reason, is no alarm', () => {
    assert.deepEqual(kinds(factsOf({ firings: [firing(5000, true)] })), []);
  });

  test('firings of a run date are one alarm, since the first of them', () => {
    const firings = [firing(3000), firing(4000), firing(90_000, false, '2024-01-30')];
    const found = pipelineConditions(factsOf({ firings }));
    assert.deepEqual(
      found.map(({ runDate, since }) => [runDate, since]),
      [
        ['2024-01-31', ago(4000)],
        ['2024-01-30', ago(90_000)],
      ],
    );
    assert.match(found[0]?.summary ?? '', /2 times since/);
    assert.match(found[0]?.fix ?? '', /triad run test --run-date 2024-01-31/);
  });

  test('whatever the firings, there is an alarm exactly for the dates with one that is overdue', () => {
    const anyFiring = fc.record({
      seconds: fc.integer({ min: 0, max: 5000 }),
      isAnswered: fc.boolean(),
      runDate: fc.constantFrom('2024-01-29', '2024-01-30', '2024-01-31'),
    });
    fc.assert(
      fc.property(fc.array(anyFiring), fc.integer({ min: 1, max: 4000 }), (all, limit) => {
        const firings = all.map((f) => firing(f.seconds, f.isAnswered, f.runDate));
        const found = pipelineConditions(factsOf({ firings }, { startWithinSeconds: limit }));
        const overdue = all.filter((f) => !f.isAnswered && f.seconds >= limit);
        assert.deepEqual(
          found.map(({ runDate }) => runDate).toSorted(),
          [...new Set(overdue.map(({ runDate }) => runDate))].toSorted(),
        );
      }),
    );
  });
});

describe('run_not_started and run_late', () => {
  test('a run that is queued too long does not start; one that runs does', () => {
    const facts = (run: Partial<RunProgress>) => factsOf({ unfinished: [runOf(run)] });
    assert.deepEqual(kinds(facts({ state: 'queued', dueAt: ago(899) })), []);
    assert.deepEqual(kinds(facts({ state: 'queued', dueAt: ago(900) })), ['run_not_started']);
    assert.deepEqual(kinds(facts({ state: 'running', dueAt: ago(900) })), []);
  });

  test('a run is late when it has not finished in time, in whatever state it is', () => {
    const facts = (run: Partial<RunProgress>, finishWithinSeconds?: number) =>
      factsOf(
        { unfinished: [runOf(run)] },
        finishWithinSeconds === undefined ? {} : { finishWithinSeconds },
      );
    for (const state of ['running', 'cancelling'] as const) {
      assert.deepEqual(kinds(facts({ state, dueAt: ago(60) }, 60)), ['run_late']);
      assert.deepEqual(kinds(facts({ state, dueAt: ago(59) }, 60)), []);
      assert.deepEqual(kinds(facts({ state, dueAt: ago(99_999) })), []);
    }
  });

  test('a backfill may wait and take as long as it needs', () => {
    const run = runOf({ trigger: 'backfill', state: 'queued', dueAt: ago(99_999) });
    assert.deepEqual(kinds(factsOf({ unfinished: [run] }, { finishWithinSeconds: 60 })), []);
  });
});

describe('outputs_stale', () => {
  const facts = (newestSuccess: Date | null, watchedSince = ago(86_400)) =>
    factsOf({ newestSuccess, watchedSince }, { staleAfterSeconds: 3600 });

  test('the newest success may be as old as staleAfterSeconds', () => {
    assert.deepEqual(kinds(facts(ago(3600))), []);
    const [condition] = pipelineConditions(facts(ago(3601)));
    assert.deepEqual([condition?.kind, condition?.since], ['outputs_stale', ago(1)]);
  });

  test('a pipeline that never succeeded has as long from when it was first watched', () => {
    assert.deepEqual(kinds(facts(null, ago(3600))), []);
    assert.deepEqual(kinds(facts(null, ago(3601))), ['outputs_stale']);
  });

  test('without a limit nothing is stale', () => {
    assert.deepEqual(kinds(factsOf({ newestSuccess: ago(9_999_999) })), []);
  });
});

describe('run_failed', () => {
  const failed = datedRunOf('r1', { state: 'failed', finishedAt: ago(100), error: report });
  const outcome = (...runs: ReturnType<typeof datedRunOf>[]) => ({
    runDate: '2024-01-31',
    runs,
    open: null,
  });
  const open = {
    ...conditionOf({ key: 'run_failed/test/2024-01-31', since: ago(100) }),
    id: 'a1',
    raisedAt: ago(99),
    resolvedAt: null,
    resolution: null,
    notifiedAt: null,
    acknowledged: null,
  };

  test('a failure tells its error, what to do and how to go on', () => {
    const [condition] = pipelineConditions(factsOf({ outcomes: [outcome(failed)] }));
    assert.equal(condition?.summary, 'Run r1 for 2024-01-31 failed: JOB_EXITED: It ended.');
    assert.equal(condition?.fix, 'Read the log. Then go on with it: triad retry r1.');
    assert.deepEqual(condition?.since, ago(100));
  });

  test('a later success of the same run date makes up for it, an earlier one does not', () => {
    const success = (seconds: number) => datedRunOf('r2', { finishedAt: ago(seconds) });
    assert.deepEqual(kinds(factsOf({ outcomes: [outcome(failed, success(50))] })), []);
    assert.deepEqual(kinds(factsOf({ outcomes: [outcome(failed, success(150))] })), ['run_failed']);
  });

  test('a retry makes up for it when it has succeeded, not while it runs or when it is cancelled', () => {
    for (const [state, finishedAt] of [
      ['queued', null],
      ['running', null],
      ['cancelled', ago(10)],
    ] as const) {
      const retried = { ...outcome({ ...failed, state, finishedAt }), open };
      assert.deepEqual(kinds(factsOf({ outcomes: [retried] })), ['run_failed'], state);
    }
    const succeeded = outcome({ ...failed, state: 'succeeded', finishedAt: ago(10), error: null });
    assert.deepEqual(kinds(factsOf({ outcomes: [{ ...succeeded, open }] })), []);
  });

  test('whatever the runs of a date, it is wrong exactly when nothing succeeded since the last failure', () => {
    const anyRun = fc.record({
      state: fc.constantFrom('succeeded' as const, 'failed' as const, 'cancelled' as const),
      finished: fc.integer({ min: 1, max: 200 }),
    });
    fc.assert(
      fc.property(fc.array(anyRun), fc.integer({ min: 1, max: 200 }), (all, watched) => {
        const runs = all.map(({ state, finished }, index) =>
          datedRunOf(`r${index}`, { state, finishedAt: ago(finished) }),
        );
        const facts = factsOf({ outcomes: [outcome(...runs)], watchedSince: ago(watched) });
        const ended = (wanted: string) =>
          all.filter(({ state }) => state === wanted).map(({ finished }) => finished);
        const lastFailure = Math.min(...ended('failed').filter((finished) => finished <= watched));
        const lastSuccess = Math.min(...ended('succeeded'));
        const isWrong = Number.isFinite(lastFailure) && lastSuccess > lastFailure;
        assert.deepEqual(kinds(facts), isWrong ? ['run_failed'] : []);
      }),
    );
  });

  test('what failed before the pipeline was watched is nobody’s alarm', () => {
    assert.deepEqual(kinds(factsOf({ outcomes: [outcome(failed)], watchedSince: ago(99) })), []);
  });
});

describe('steps', () => {
  const step = { step: 'go', since: ago(500), attempts: 0, error: null, decisionBy: null };

  test('a step that needs as many attempts as the policy says calls people', () => {
    const facts = (attempts: number) =>
      factsOf({ unfinished: [runOf({ steps: [{ ...step, attempts, error: report }] })] });
    assert.deepEqual(kinds(facts(2)), []);
    const [condition] = pipelineConditions(facts(3));
    assert.equal(condition?.kind, 'step_retrying');
    assert.match(condition?.summary ?? '', /attempt 3; the last one failed: JOB_EXITED/);
    assert.equal(condition?.fix, 'Read the log.');
  });

  test('a step that waits for a person says until when', () => {
    const steps = [{ ...step, decisionBy: new Date('2024-02-01T06:00:00Z') }];
    const [condition] = pipelineConditions(factsOf({ unfinished: [runOf({ steps })] }));
    assert.equal(condition?.kind, 'approval_waiting');
    assert.match(condition?.summary ?? '', /until 2024-02-01 06:00:00 UTC/);
  });
});

test('a sensor that fails as often as the policy allows attempts calls people', () => {
  const sensor = { sensor: 'files', since: ago(10), error: report };
  assert.deepEqual(kinds(factsOf({ sensors: [{ ...sensor, failures: 2 }] })), []);
  const [condition] = pipelineConditions(factsOf({ sensors: [{ ...sensor, failures: 3 }] }));
  assert.deepEqual([condition?.kind, condition?.fix], ['sensor_failing', 'Read the log.']);
});

test('dead letters are one alarm for each receiver, of no pipeline', () => {
  const letters = [
    { subscription: 'invoker', count: 2, oldest: ago(9) },
    { subscription: 'orchestrator', count: 0, oldest: ago(9) },
  ];
  assert.deepEqual(
    systemConditions({ deadLetters: letters }).map(({ key, pipeline }) => [key, pipeline]),
    [['dead_letters/invoker', null]],
  );
});

test('no two conditions of a pipeline have the same key', () => {
  const step = { since: ago(500), attempts: 9, error: report, decisionBy: now };
  const runs = ['r1', 'r2'].map((runId) =>
    runOf({
      runId,
      state: 'queued',
      dueAt: ago(9999),
      steps: ['a', 'b'].map((name) => ({ ...step, step: name })),
    }),
  );
  const sensor = { since: ago(1), failures: 9, error: report };
  const found = pipelineConditions(
    factsOf(
      {
        firings: [firing(5000), firing(5000, false, '2024-01-30')],
        unfinished: runs,
        outcomes: [
          { runDate: '2024-01-31', runs: [datedRunOf('r3', { state: 'failed' })], open: null },
        ],
        sensors: ['x', 'y'].map((name) => ({ ...sensor, sensor: name })),
      },
      { finishWithinSeconds: 1, staleAfterSeconds: 1 },
    ),
  );
  assert.equal(new Set(found.map(({ kind }) => kind)).size, 8);
  assert.equal(new Set(found.map(({ key }) => key)).size, found.length);
});
