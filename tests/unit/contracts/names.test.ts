import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkArtifactPath } from '@triad/shared/artifacts/artifact-path.ts';
import {
  attemptPrefix,
  commandId,
  formatCommandId,
  parseCommandId,
  slug,
} from '@triad/shared/contracts/names.ts';
import fc from 'fast-check';

const characters = [...'abcdefghijklmnopqrstuvwxyz0123456789'];
const anySlug = fc
  .tuple(
    fc.constantFrom(...characters.slice(0, 26)),
    fc.string({ unit: fc.constantFrom(...characters, '-', '_'), maxLength: 62 }),
  )
  .map(([first, rest]) => first + rest);
const anyKey = fc.record(
  {
    runId: fc.string({ unit: fc.constantFrom(...characters), minLength: 1, maxLength: 64 }),
    step: anySlug,
    attempt: fc.integer({ min: 1, max: 999_999 }),
  },
  { noNullPrototype: true },
);

test('a command id tells its run, step and attempt', () => {
  fc.assert(
    fc.property(anyKey, (key) => {
      const id = formatCommandId(key);
      assert.equal(commandId.parse(id), id);
      assert.deepEqual(parseCommandId(id), key);
    }),
  );
});

test('no two attempts write to the same place, and none to a place that is not allowed', () => {
  fc.assert(
    fc.property(anyKey, anyKey, (a, b) => {
      checkArtifactPath(attemptPrefix(a));
      assert.equal(
        attemptPrefix(a) === attemptPrefix(b),
        formatCommandId(a) === formatCommandId(b),
      );
    }),
  );
});

test('names that could leave a path, a label or a SQL identifier are refused', () => {
  for (const wrong of ['', 'A', '1a', '../x', 'a b', 'a.b', 'a/b', 'a:b', 'é', 'a'.repeat(64)]) {
    assert.equal(slug.safeParse(wrong).success, false, wrong);
  }
  for (const wrong of ['r1', 'r1:load', 'r1:load:0', 'r1:load:01', 'r1:load:1:1', 'R:load:1']) {
    assert.equal(commandId.safeParse(wrong).success, false, wrong);
    assert.throws(() => parseCommandId(wrong));
  }
});
