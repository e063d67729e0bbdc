import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { RunView } from '@triad/shared/contracts/run-view.ts';
import { runText } from '../../cli/render/run-text.ts';
import { plainStyle } from '../../cli/render/style.ts';
import { EmbeddedSystem } from '../harness/embedded-system.ts';
import { type OrderRow, orderSource } from '../harness/sql-runner/order-file.ts';

/** Five orders of each of 40 customers, `amount` and more each. */
const orders = (amount: number): OrderRow[] =>
  Array.from({ length: 40 }, (_, customer) =>
    Array.from({ length: 5 }, (__, order): OrderRow => {
      const day = String(1 + ((customer + 7 * order) % 28)).padStart(2, '0');
      return [`c${customer}`, `2025-0${order + 1}-${day}`, amount + customer];
    }),
  ).flat();

const statesOf = ({ steps }: RunView) => Object.fromEntries(steps.map((s) => [s.name, s.state]));
const found = (run: RunView, name: string) =>
  run.steps.find((step) => step.name === name)?.postconditions ?? [];

describe('what only the workload can verify, through real processes', () => {
  let system: EmbeddedSystem;
  before(async () => {
    system = await EmbeddedSystem.start({
      TRIAD_PIPELINES_DIR: resolve(import.meta.dirname, '../harness/pipelines-verified'),
    });
  });
  after(() => system.stop());

  const run = async (rows: OrderRow[], runDate: string) => {
    const { runId } = await system.run('verified', { source: await orderSource(rows) }, runDate);
    return system.finished(runId);
  };

  test('a run whose queries and canary are as they should be is done, and shows what was verified', async () => {
    const view = await run(orders(20), '2025-06-01');
    assert.equal(view.state, 'succeeded', JSON.stringify(view.error));
    assert.deepEqual(Object.keys(statesOf(view)), [
      'load',
      'orders',
      'verify-orders',
      'snapshot',
      'train',
      'verify-train',
      'done',
    ]);
    assert.deepEqual(found(view, 'verify-orders'), [
      { name: 'metric sql.buyers', ok: true, expected: 'at least 40', actual: '40' },
      { name: 'checks no-unlucky', ok: true, expected: 'passed', actual: '1 of 1 passed' },
    ]);
    assert.deepEqual(
      found(view, 'verify-train').map(({ name, ok }) => [name, ok]),
      [
        ['metric canary.scores', true],
        ['metric canary.not_finite', true],
        ['metric canary.p_alive', true],
        ['metric canary.expected_value', true],
      ],
    );
    const ordersTable = view.steps.find(({ name }) => name === 'orders')?.tables;
    assert.deepEqual(ordersTable, [{ table: 'orders', rows: 200, watermark: '2025-05-28' }]);
  });

  test('nothing runs after queries that find what should not be, and the view tells all', async () => {
    const view = await run([...orders(20).slice(0, 195), ['c39', '2025-05-01', 13]], '2025-06-02');
    assert.deepEqual(
      [view.state, view.error?.code],
      ['failed', 'POSTCONDITION_FAILED'],
      JSON.stringify(view.error),
    );
    assert.deepEqual(statesOf(view), {
      load: 'succeeded',
      orders: 'succeeded',
      'verify-orders': 'failed',
      snapshot: 'skipped',
      train: 'skipped',
      'verify-train': 'skipped',
      done: 'skipped',
    });
    const text = runText(view, plainStyle, new Date());
    const [head, first] = text.split('Postconditions\n')[1]?.split('\n') ?? [];
    assert.match(head ?? '', /step +postcondition +expected +actual/);
    assert.match(first ?? '', /✗ +verify-orders +checks no-unlucky +passed +0 of 1 passed; no-unl/);
  });

  test('a model whose canary scores out of bounds is not used', async () => {
    const view = await run(orders(5000), '2025-06-03');
    const { train, 'verify-train': canary, done } = statesOf(view);
    assert.deepEqual([train, canary, done], ['succeeded', 'failed', 'skipped']);
    assert.match(view.error?.message ?? '', /metric canary\.expected_value: expected at least 1/);
  });
});
