import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatLabels, parseLabels } from '@triad/shared/config/labels.ts';

const parse = (text: string) => parseLabels('TRIAD_X', text);

test('labels are pairs of a key and a value, which may be empty', () => {
  assert.deepEqual(parse('team=crm,cost-center=4711,mark='), {
    team: 'crm',
    'cost-center': '4711',
    mark: '',
  });
  assert.deepEqual(parse(''), {});
});

test('what is read from labels that were written are the labels', () => {
  for (const text of ['', 'a=', 'team=crm,cost-center=4711']) {
    assert.equal(formatLabels(parse(text)), text);
  }
});

const long = 'x'.repeat(64);
for (const wrong of [
  ...['team', 'Team=crm', 'team=CRM', 'team=a b', '1=a', '=a', 'a=b,', 'a=b, c=d', 'a=b=c'],
  ...['a=1,a=2', `${long}=a`, `a=${long}`, 'triad=other', 'triad_run=1', 'goog-managed=1'],
]) {
  test(`labels that are ${wrong.slice(0, 20)} are CONFIG_INVALID`, () => {
    assert.throws(() => parse(wrong), {
      code: 'CONFIG_INVALID',
      message: /^Configuration TRIAD_X: expected key=value/,
    });
  });
}

test('more labels than Google has room for are CONFIG_INVALID', () => {
  const of = (count: number) => Array.from({ length: count }, (_, index) => `k${index}=v`).join();
  assert.equal(Object.keys(parse(of(50))).length, 50);
  assert.throws(() => parse(of(51)), { message: /at most 50 labels/ });
});
