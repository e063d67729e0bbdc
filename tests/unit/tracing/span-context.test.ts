import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  attemptSpan,
  formatTraceparent,
  parseTraceparent,
  spanOf,
  traceIdOf,
  traceparentOf,
} from '@triad/shared/tracing/span-context.ts';
import fc from 'fast-check';

test('every process that knows the command knows its span, in the trace of its run', () => {
  const own = attemptSpan('r1:load:1');
  assert.deepEqual(own, attemptSpan('r1:load:1'));
  assert.equal(own.traceId, traceIdOf('r1'));
  assert.equal(traceparentOf('r1:load:1'), `00-${own.traceId}-${own.spanId}-01`);
  const others = ['r1:load:2', 'r1:loa:1', 'r2:load:1'].map((id) => attemptSpan(id).spanId);
  assert.equal(new Set([own.spanId, ...others]).size, 4);
});

test('a trace parent that is written is read back', () => {
  fc.assert(
    fc.property(fc.string(), fc.array(fc.string()), (runId, parts) => {
      const context = spanOf(runId, ...parts);
      assert.deepEqual(parseTraceparent(formatTraceparent(context)), context);
    }),
  );
});

test('what is no trace parent is ignored', () => {
  const trace = 'a'.repeat(32);
  const span = 'b'.repeat(16);
  for (const text of [
    undefined,
    '',
    'x',
    `00-${trace}-${span}`,
    `00-${trace.toUpperCase()}-${span}-01`,
    `00-${'0'.repeat(32)}-${span}-01`,
    `00-${trace}-${'0'.repeat(16)}-01`,
    `00-${trace}-${span}-01x`,
  ]) {
    assert.equal(parseTraceparent(text), undefined, text);
  }
});

test('a later version of the standard may say more', () => {
  const context = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) };
  const text = `cc-${context.traceId}-${context.spanId}-01-what-will-be`;
  assert.deepEqual(parseTraceparent(text), context);
});
