import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { runView } from '@triad/shared/contracts/run-view.ts';
import { triad } from '../harness/cli/triad-process.ts';
import { temporaryDirectory } from '../harness/temporary-directory.ts';

/** `orders` orders of each of 40 customers. */
function csv(orders: number): string {
  const lines = ['id_customer,order_date,sales_ar'];
  for (let customer = 1; customer <= 40; customer++) {
    for (let order = 0; order < orders; order++) {
      const day = String(1 + ((customer + 7 * order) % 28)).padStart(2, '0');
      lines.push(
        `c${customer},2025-${String(order + 1).padStart(2, '0')}-${day},${10 + customer}.00`,
      );
    }
  }
  return `${lines.join('\n')}\n`;
}

test('a run whose model cannot be fitted leaves all that is published as it was', async () => {
  const home = await temporaryDirectory();
  const env = { TRIAD_HOME: home, INIT_CWD: home };
  const run = async (file: string) => {
    const source = ['--source', `orders:${file}`, '--run-date', '2025-12-31', '--json'];
    const { stdout } = await triad(['run', 'rfm', ...source], env);
    return runView.parse(JSON.parse(stdout));
  };
  const published = async () => {
    const query =
      'SELECT * FROM rfm JOIN clv ON clv.id_customer = rfm.id_customer ORDER BY rfm.id_customer';
    const { stdout, stderr } = await triad(['sql', query, '--csv'], env);
    assert.ok(stdout.split('\n').length > 40, stderr);
    return stdout;
  };
  writeFileSync(join(home, 'good.csv'), csv(6));
  writeFileSync(join(home, 'once.csv'), csv(1));

  assert.equal((await run('good.csv')).state, 'succeeded');
  const before = await published();
  const failed = await run('once.csv');
  assert.equal(failed.state, 'failed');
  assert.equal(failed.error?.code, 'CLV_NO_REPEAT_BUYERS');
  assert.equal(await published(), before);
});
