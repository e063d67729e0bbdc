import assert from 'node:assert/strict';
import { test } from 'node:test';
import { valueAt } from '../../../../orchestrator/verify/json-pointer.ts';

// The examples of RFC 6901, section 5.
const document = {
  foo: ['bar', 'baz'],
  '': 0,
  'a/b': 1,
  'c%d': 2,
  'e^f': 3,
  'g|h': 4,
  'i\\j': 5,
  'k"l': 6,
  ' ': 7,
  'm~n': 8,
};
const examples: [string, unknown][] = [
  ['', document],
  ['/foo', ['bar', 'baz']],
  ['/foo/0', 'bar'],
  ['/', 0],
  ['/a~1b', 1],
  ['/c%d', 2],
  ['/e^f', 3],
  ['/g|h', 4],
  ['/i\\j', 5],
  ['/k"l', 6],
  ['/ ', 7],
  ['/m~0n', 8],
  ['/foo/2', undefined],
  ['/foo/00', undefined],
  ['/foo/length', undefined],
  ['/foo/0/0', undefined],
  ['/none/x', undefined],
  ['/toString', undefined],
];
for (const [pointer, expected] of examples) {
  test(`"${pointer}" points to ${JSON.stringify(expected)}`, () => {
    assert.deepEqual(valueAt(document, pointer), expected);
  });
}
