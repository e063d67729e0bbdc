import assert from 'node:assert/strict';
import { test } from 'node:test';
import { epochDay } from '@triad/shared/clock/epoch-day.ts';
import { clvParams } from '../../../trainer/learners/clv/params.ts';
import { chooseWindow } from '../../../trainer/learners/clv/windows.ts';

const firstDay = epochDay('2024-01-01');
const choose = (params: Record<string, unknown>) => chooseWindow(clvParams.parse(params), firstDay);

test('calibration_end and holdout_weeks set both ends', () => {
  assert.deepEqual(
    choose({ run_date: '2024-12-31', calibration_end: '2024-06-30', holdout_weeks: 10 }),
    {
      calibrationEnd: epochDay('2024-06-30'),
      holdoutEnd: epochDay('2024-06-30') + 70,
      explicit: true,
      cut: false,
    },
  );
});

test('a holdout that would pass the run date is cut there, and says so', () => {
  const window = choose({
    run_date: '2024-07-31',
    calibration_end: '2024-06-30',
    holdout_weeks: 10,
  });
  assert.equal(window?.holdoutEnd, epochDay('2024-07-31'));
  assert.equal(window?.cut, true);
});

test('calibration_end alone holds out all that follows', () => {
  const window = choose({ run_date: '2024-12-31', calibration_end: '2024-06-30' });
  assert.equal(window?.holdoutEnd, epochDay('2024-12-31'));
});

test('holdout_weeks alone counts back from the run date', () => {
  const window = choose({ run_date: '2024-12-31', holdout_weeks: 8 });
  assert.equal(window?.calibrationEnd, epochDay('2024-12-31') - 56);
  assert.equal(window?.explicit, true);
});

test('by default the last third is held out, in whole weeks', () => {
  const window = choose({ run_date: '2024-12-30' });
  assert.deepEqual(window, {
    calibrationEnd: epochDay('2024-12-30') - 17 * 7,
    holdoutEnd: epochDay('2024-12-30'),
    explicit: false,
    cut: false,
  });
});

test('less than three weeks of history are not split', () => {
  assert.equal(choose({ run_date: '2024-01-21' }), undefined);
  assert.notEqual(choose({ run_date: '2024-01-22' }), undefined);
});

test('a window asked for outside the history is an error that names the days', () => {
  for (const window of [
    { calibration_end: '2023-12-31' },
    { calibration_end: '2024-12-31' },
    { holdout_weeks: 60 },
  ]) {
    assert.throws(() => choose({ run_date: '2024-12-31', ...window }), {
      code: 'CLV_WINDOW_INVALID',
      message: /2024-01-01 .* 2024-12-31/,
    });
  }
});

test('unknown and impossible parameters are refused', () => {
  for (const wrong of [
    { horizn: 5 },
    { horizon: 0 },
    { discount_rate: -0.1 },
    { holdout_weeks: 1.5 },
    { calibration_end: '1997-02-30' },
  ]) {
    assert.equal(clvParams.safeParse({ run_date: '2024-12-31', ...wrong }).success, false);
  }
});
