import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OrderedDispatch } from '@triad/shared/concurrency/ordered-dispatch.ts';
import fc from 'fast-check';
import { settled } from '../../harness/fake-clock.ts';

/** Work that ends when the test says so. */
function setUp(concurrency: number) {
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const dispatch = new OrderedDispatch<string>({
    concurrency,
    // `x1` has the key `x`; `1` has none.
    keyOf: (item) => item.replace(/\d+$/, ''),
    async work(item) {
      begun.push(item);
      await new Promise<void>((resolve) => ends.set(item, resolve));
    },
  });
  const end = async (item: string) => {
    ends.get(item)?.();
    ends.delete(item);
    await settled();
  };
  return { dispatch, begun, ends, end };
}

test('items of one key are worked on one after the other, others beside them', async () => {
  const { dispatch, begun, end } = setUp(3);
  for (const item of ['x1', 'x2', 'y1', '1', '2']) dispatch.add(item);
  assert.deepEqual(begun, ['x1', 'y1', '1']);
  await end('1');
  assert.deepEqual(begun, ['x1', 'y1', '1', '2']);
  await end('x1');
  assert.deepEqual(begun, ['x1', 'y1', '1', '2', 'x2']);
});

test('what has not begun can be taken back', async () => {
  const { dispatch, begun, end } = setUp(1);
  for (const item of ['a1', 'b1', 'c1']) dispatch.add(item);
  assert.deepEqual(dispatch.withdraw(), ['b1', 'c1']);
  let isDone = false;
  const done = dispatch.done().then(() => {
    isDone = true;
  });
  await settled();
  assert.equal(isDone, false);
  await end('a1');
  await done;
  assert.deepEqual(begun, ['a1']);
});

test('whatever comes and ends when: all is done, in the order of its key, never too much at a time', async () => {
  const items = fc.array(fc.constantFrom('x', 'y', 'z', ''), { maxLength: 20 });
  const property = fc.asyncProperty(
    items,
    fc.integer({ min: 1, max: 4 }),
    fc.infiniteStream(fc.nat()),
    async (keys, concurrency, choices) => {
      const { dispatch, begun, ends, end } = setUp(concurrency);
      const names = keys.map((key, index) => `${key}${index}`);
      for (const name of names) dispatch.add(name);
      while (ends.size > 0) {
        assert.ok(ends.size <= concurrency);
        const open = [...ends.keys()];
        const [choice = 0] = choices;
        await end(open[choice % open.length] ?? '');
      }
      await dispatch.done();
      assert.deepEqual(begun.toSorted(), names.toSorted());
      for (const key of ['x', 'y', 'z']) {
        const ofKey = (name: string) => name.startsWith(key);
        assert.deepEqual(begun.filter(ofKey), names.filter(ofKey));
      }
    },
  );
  await fc.assert(property, { numRuns: 50 });
});
