import type { TestContext } from 'node:test';

/** Waits for something whose own pauses between attempts (`setTimeout`) pass at once. */
export async function withoutPauses<T>(context: TestContext, act: () => Promise<T>): Promise<T> {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  let isDone = false;
  const result = act().finally(() => {
    isDone = true;
  });
  result.catch(() => {});
  while (!isDone) {
    context.mock.timers.tick(10_000);
    await new Promise((resolve) => setImmediate(resolve));
  }
  context.mock.timers.reset();
  return result;
}
