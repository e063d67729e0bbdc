import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { absoluteSource } from '../../../cli/params/absolute-source.ts';
import { calendarDate, oneOf, timeSpan, wholeNumber } from '../../../cli/params/option-values.ts';
import { parseAssignment } from '../../../cli/params/parse-assignment.ts';

describe('arguments of a command line', () => {
  test('an assignment is split at its first equals sign', () => {
    assert.deepEqual(parseAssignment('filter=a=b', { x: '1' }), { x: '1', filter: 'a=b' });
    assert.deepEqual(parseAssignment('empty='), { empty: '' });
  });

  test('an assignment without a name or a value is wrong usage', () => {
    for (const text of ['horizon', '=3', '']) {
      assert.throws(() => parseAssignment(text), {
        code: 'USAGE',
        message: `--param ${text}: expected name=value.`,
      });
    }
  });

  test('a parameter given twice is wrong usage', () => {
    assert.throws(() => parseAssignment('x=2', { x: '1' }), {
      message: '--param x is given twice.',
    });
  });

  test('the path of a source is made absolute, from the directory of the caller', () => {
    assert.equal(absoluteSource('orders:data/o.csv', '/home/u'), 'orders:/home/u/data/o.csv');
    assert.equal(absoluteSource('orders:../o.csv', '/home/u'), 'orders:/home/o.csv');
    assert.equal(absoluteSource('orders:/data/o.csv', '/home/u'), 'orders:/data/o.csv');
    assert.equal(absoluteSource('orders:a:b.csv', '/home/u'), 'orders:/home/u/a:b.csv');
    assert.equal(absoluteSource('simulated', '/home/u'), 'simulated');
    assert.equal(absoluteSource('orders:gs://shop/o.csv', '/home/u'), 'orders:gs://shop/o.csv');
  });

  test('a span of time is minutes, hours or days, and nothing else', () => {
    const span = timeSpan('--for');
    assert.deepEqual(['90m', '2h', '3d'].map(span), [5_400_000, 7_200_000, 259_200_000]);
    for (const text of ['', '2', 'h', '0h', '1.5h', '2w', '-1h', '99999d']) {
      assert.throws(() => span(text), {
        code: 'USAGE',
        message: `--for is "${text}"; expected a span of time such as 90m, 2h or 3d.`,
      });
    }
  });

  test('an option that does not fit is wrong usage and says what was expected', () => {
    const limit = wholeNumber('--limit', { minimum: 1, maximum: 500 });
    assert.equal(limit('500'), 500);
    for (const text of ['0', '501', '1.5', 'x', '', '-1']) {
      const message = `--limit is "${text}"; expected a whole number from 1 to 500.`;
      assert.throws(() => limit(text), { code: 'USAGE', message });
    }
    assert.equal(calendarDate('--run-date')('2024-02-29'), '2024-02-29');
    assert.throws(() => calendarDate('--run-date')('2023-02-29'), {
      message: '--run-date is "2023-02-29"; expected a calendar date as YYYY-MM-DD.',
    });
    assert.equal(oneOf('--state', ['failed', 'running'])('failed'), 'failed');
    assert.throws(() => oneOf('--state', ['failed', 'running'])('done'), {
      message: '--state is "done"; expected one of failed, running.',
    });
  });
});
