import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { RunView, StepView } from '@triad/shared/contracts/run-view.ts';
import fc from 'fast-check';
import { errorText } from '../../../cli/render/error-text.ts';
import { keyMetrics } from '../../../cli/render/key-metrics.ts';
import { logText } from '../../../cli/render/log-text.ts';
import { compareWithTruth, modelQuality } from '../../../cli/render/model-quality.ts';
import { plainProgress } from '../../../cli/render/plain-progress.ts';
import { postconditionTable } from '../../../cli/render/postcondition-table.ts';
import { formatBytes, formatDuration } from '../../../cli/render/quantities.ts';
import { stepLines } from '../../../cli/render/step-lines.ts';
import { plainStyle } from '../../../cli/render/style.ts';
import { renderTable } from '../../../cli/render/table.ts';
import { timeline } from '../../../cli/render/timeline.ts';

const at = (seconds: number) => new Date(Date.UTC(2026, 0, 31, 6, 0, 0) + seconds * 1000);

const stepOf = (name: string, more: Partial<StepView> = {}): StepView => ({
  name,
  kind: 'sql',
  state: 'waiting',
  attempts: 0,
  startedAt: null,
  finishedAt: null,
  error: null,
  skipped: null,
  reuse: null,
  approvalExpiresAt: null,
  outputs: [],
  tables: [],
  notes: [],
  history: [],
  ...more,
});

const succeeded = (name: string, from: number, to: number, more: Partial<StepView> = {}) =>
  stepOf(name, {
    state: 'succeeded',
    attempts: 1,
    startedAt: at(from).toISOString(),
    finishedAt: at(to).toISOString(),
    ...more,
  });

type AttemptView = StepView['history'][number];

const attemptOf = (attempt: number, more: Partial<AttemptView> = {}): AttemptView => ({
  attempt,
  commandId: `01run:load:${attempt}`,
  state: 'dispatched',
  startedAt: at(0).toISOString(),
  finishedAt: null,
  error: null,
  ...more,
});

const dispatched = (name: string, ...history: AttemptView[]) =>
  stepOf(name, {
    state: 'dispatched',
    attempts: history.length,
    startedAt: at(0).toISOString(),
    history,
  });

const runOf = (steps: StepView[], more: Partial<RunView> = {}): RunView => ({
  runId: '01run',
  pipeline: 'rfm',
  runDate: '2026-01-31',
  state: 'running',
  params: {},
  trigger: 'manual',
  interval: null,
  priority: 50,
  rerunOf: null,
  createdAt: at(0).toISOString(),
  finishedAt: null,
  error: null,
  steps,
  metrics: {},
  outputs: [],
  plan: { hash: 'f'.repeat(64), codeRevision: 'test', seed: 0 },
  ...more,
});

const failure = { code: 'JOB_LOST', message: 'It vanished.', fix: 'Wait.', retryable: true };

describe('what a person sees of a run', () => {
  test('each step has a line: state, name, time taken, what came out', () => {
    const steps = [
      succeeded('load', 0, 1.234, { tables: [{ table: 'raw', rows: 541909 }] }),
      stepOf('rfm', { state: 'dispatched', attempts: 2, startedAt: at(2).toISOString() }),
      stepOf('train', {
        state: 'failed',
        startedAt: at(1).toISOString(),
        finishedAt: at(63).toISOString(),
        error: failure,
      }),
      stepOf('publish', { state: 'skipped' }),
    ];
    assert.deepEqual(stepLines(runOf(steps), plainStyle, at(4.5)), [
      '  ✓ load        1.2 s  raw 541,909 rows',
      '  ⠴ rfm         2.5 s  attempt 2',
      '  ✗ train   1 min 02 s  JOB_LOST',
      '  – publish',
    ]);
  });

  test('a step that waits for its next attempt says why', () => {
    const [line] = stepLines(runOf([stepOf('rfm', { error: failure })]), plainStyle, at(0));
    assert.equal(line, '  · rfm            JOB_LOST; it is tried again');
  });

  test('where there is no terminal, each thing that happens to a step is told once', () => {
    const lines: string[] = [];
    const progress = plainProgress({ line: (text = '') => lines.push(text) }, { now: () => at(9) });
    const first = attemptOf(1, { state: 'failed', error: failure });
    const second = attemptOf(2);
    progress.show(runOf([stepOf('load', { state: 'ready' })]));
    progress.show(runOf([dispatched('load', attemptOf(1))]));
    progress.show(runOf([dispatched('load', attemptOf(1))]));
    progress.show(runOf([stepOf('load', { attempts: 1, error: failure, history: [first] })]));
    progress.show(runOf([dispatched('load', first, second)]));
    const startedAt = at(1).toISOString();
    const history = [first, attemptOf(2, { state: 'succeeded', startedAt })];
    progress.show(runOf([succeeded('load', 0, 3, { attempts: 2, history })]));
    assert.deepEqual(lines, [
      'run 01run: rfm 2026-01-31',
      'load: started',
      'load: JOB_LOST: It vanished. It is tried again.',
      'load: started, attempt 2',
      'load: succeeded in 2.0 s',
    ]);
  });

  test('attempts that came and went between two looks are told all the same', () => {
    const lines: string[] = [];
    const progress = plainProgress({ line: (text = '') => lines.push(text) }, { now: () => at(9) });
    const history = [1, 2].map((n) => attemptOf(n, { state: 'failed', error: failure }));
    progress.show(runOf([stepOf('load'), stepOf('rfm')]));
    progress.show(
      runOf([
        stepOf('load', { state: 'failed', attempts: 2, error: failure, history }),
        stepOf('rfm', { state: 'skipped' }),
      ]),
    );
    assert.deepEqual(lines.slice(1), [
      'load: started',
      'load: JOB_LOST: It vanished. It is tried again.',
      'load: started, attempt 2',
      'load: failed: JOB_LOST: It vanished.',
      'rfm: skipped',
    ]);
  });

  test('where there is no terminal, an approval is asked for once, and who gave it is told', () => {
    const lines: string[] = [];
    const progress = plainProgress({ line: (text = '') => lines.push(text) }, { now: () => at(9) });
    const approvalExpiresAt = at(60).toISOString();
    const waiting = stepOf('sign-off', { state: 'awaiting', approvalExpiresAt });
    progress.show(runOf([waiting, stepOf('gate', { state: 'awaiting', approvalExpiresAt })]));
    progress.show(runOf([waiting, stepOf('gate', { state: 'failed', error: failure })]));
    const notes = ['approved by ada: fine'];
    progress.show(
      runOf([
        stepOf('sign-off', { state: 'succeeded', notes }),
        stepOf('gate', { state: 'failed', error: failure }),
      ]),
    );
    assert.deepEqual(lines.slice(1), [
      `sign-off: waits for an approval until ${approvalExpiresAt}: triad approve 01run sign-off`,
      `gate: waits for an approval until ${approvalExpiresAt}: triad approve 01run gate`,
      'gate: failed: JOB_LOST: It vanished.',
      'sign-off: approved by ada: fine',
    ]);
  });

  test('the timeline places each step within the time of the run', () => {
    const run = runOf(
      [succeeded('load', 0, 1), succeeded('rfm', 1, 2), stepOf('never', { state: 'skipped' })],
      {
        finishedAt: at(2).toISOString(),
      },
    );
    const [load, rfm, never, total] = timeline(run, plainStyle);
    assert.equal(load, `  ✓ load   ${'█'.repeat(15)}${' '.repeat(15)}     1.0 s`);
    assert.equal(rfm, `  ✓ rfm    ${' '.repeat(15)}${'█'.repeat(15)}     1.0 s`);
    assert.equal(never, `  – never  ${' '.repeat(30)}`.trimEnd());
    assert.match(total ?? '', /^ +2\.0 s$/);
  });

  test('every step that ran shows in the timeline, however short it was', () => {
    const second = fc.double({ min: 0, max: 100, noNaN: true });
    fc.assert(
      fc.property(second, second, (from, length) => {
        const run = runOf([succeeded('s', from, from + length)], {
          finishedAt: at(100).toISOString(),
        });
        const [line = ''] = timeline(run, plainStyle);
        const bar = line.slice('  ✓ s  '.length).slice(0, 30);
        assert.match(bar, /^ *█+ *$/);
        assert.equal(bar.length, 30);
      }),
    );
  });

  test('an error is followed by its remedy', () => {
    assert.equal(errorText(failure, plainStyle), 'Error JOB_LOST: It vanished.\nTo fix: Wait.');
  });

  test('a log tells a coded error by code, message and remedy, and all else as it was written', () => {
    const lineOf = (code: string) =>
      JSON.stringify({
        level: 50,
        code,
        msg: 'It broke.',
        err: { stack: 'at x', fix: 'Mend it.' },
      });
    const bug = lineOf('INTERNAL');
    const info = JSON.stringify({ level: 30, msg: 'loaded' });
    assert.equal(
      logText(['plain {', info, lineOf('FILE_MISSING'), bug].join('\n')),
      ['plain {', info, 'FILE_MISSING: It broke.', 'To fix: Mend it.', bug].join('\n'),
    );
  });

  test('a table aligns its columns, numbers to the right', () => {
    const columns = [{ head: 'segment' }, { head: 'customers', align: 'right' as const }];
    const table = renderTable(
      columns,
      [
        ['loyal', '1,234'],
        ['new', '7'],
      ],
      plainStyle,
    );
    assert.equal(table, 'segment  customers\nloyal        1,234\nnew              7');
  });

  test('durations read well at every size', () => {
    const shown = [0, 480, 999, 1000, 59_949, 59_950, 3_599_499, 3_600_000, 7_440_000].map(
      formatDuration,
    );
    assert.deepEqual(shown, [
      '0 ms',
      '480 ms',
      '999 ms',
      '1.0 s',
      '59.9 s',
      '1 min 00 s',
      '59 min 59 s',
      '1 h 00 min',
      '2 h 04 min',
    ]);
  });

  test('so do amounts of data', () => {
    const shown = [0, 1023, 1024, 1.5 * 2 ** 30, 5000 * 2 ** 40].map(formatBytes);
    assert.deepEqual(shown, ['0 bytes', '1,023 bytes', '1.0 KiB', '1.5 GiB', '5,000.0 TiB']);
  });
});

describe('what a person sees of a model', () => {
  test('the key metrics name both models and the holdout', () => {
    const metrics = {
      'bg_nbd.r': 0.2426,
      'bg_nbd.alpha': 4.4136,
      'bg_nbd.a': 0.7929,
      'bg_nbd.b': 2.4259,
      'bg_nbd.log_likelihood': -9582.43,
      'bg_nbd.customers': 2357,
      'holdout.weeks': 39,
      'holdout.purchases_actual': 1882,
      'holdout.purchases_predicted': 1740.2,
      'holdout.mae': 0.7,
      'holdout.correlation': 0.626,
    };
    assert.deepEqual(keyMetrics(metrics), [
      '  BG/NBD       r 0.2426  alpha 4.4136  a 0.7929  b 2.4259  log-likelihood -9,582.43, 2,357 customers',
      '  Holdout      39 weeks: 1,882 purchases, 1,740 predicted, MAE 0.7, correlation 0.626',
    ]);
  });

  test('other pipelines have no key metrics', () => {
    assert.deepEqual(keyMetrics({ 'first.attempt': 1 }), []);
  });

  test('the quality of a model is each parameter against the true one, and what they imply', () => {
    const metrics = {
      'final.bg_nbd.r': 0.63,
      'final.bg_nbd.alpha': 6,
      'final.bg_nbd.a': 0.8,
      'final.bg_nbd.b': 2.5,
      'final.gamma_gamma.p': 6,
      'final.gamma_gamma.q': 3.96,
      'final.gamma_gamma.v': 30,
    };
    const [r] = compareWithTruth(metrics);
    assert.deepEqual(r, { name: 'BG/NBD r', isImplied: false, truth: 0.6, estimate: 0.63 });
    const lines = modelQuality(metrics, plainStyle)
      .split('\n')
      .map((line) => line.replace(/ {2,}/g, '  '));
    assert.equal(lines[1], 'BG/NBD r  0.6  0.63  +5.0 %');
    assert.ok(lines.includes('BG/NBD b  2.5  2.5  +0.0 %'));
    assert.ok(lines.includes('  purchases per week, r/alpha  0.1  0.105  +5.0 %'));
    assert.ok(lines.includes('Gamma-Gamma q  4  3.96  −1.0 %'));
    assert.ok(lines.includes('  spend per order, p v/(q-1)  60  60.811  +1.4 %'));
  });
});

describe('postconditions', () => {
  test('are a table of expected and actual, what does not hold first', () => {
    const run = {
      steps: [
        stepOf('load', {
          postconditions: [{ name: 'rows of t', ok: true, expected: 'at least 1', actual: '5' }],
        }),
        stepOf('train', {
          postconditions: [{ name: 'metric r', ok: false, expected: 'at most 1', actual: 'none' }],
        }),
      ],
    } as RunView;
    assert.deepEqual(postconditionTable(run, plainStyle), [
      '     step   postcondition  expected    actual',
      '  ✗  train  metric r       at most 1   none',
      '  ✓  load   rows of t      at least 1  5',
    ]);
  });

  test('take no room where there are none', () => {
    assert.deepEqual(postconditionTable({ steps: [stepOf('load')] } as RunView, plainStyle), []);
  });
});
