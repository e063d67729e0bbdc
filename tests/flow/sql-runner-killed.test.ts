import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { type OrderRow, orderSource } from '../harness/sql-runner/order-file.ts';
import { SqlRunnerHome } from '../harness/sql-runner/sql-runner-home.ts';

const program = resolve(import.meta.dirname, '../../sql-runner/main.ts');

/** Starts a step as a process of its own; gives its exit code, null when it was killed. */
async function stepProcess(home: SqlRunnerHome, runId: string, killAfterMs?: number) {
  const spec = home.specOf({ kind: 'sql', runId });
  const env = { ...process.env, TRIAD_HOME: home.directory, TRIAD_JOB: JSON.stringify(spec) };
  const child = spawn(process.execPath, [program], { env, stdio: 'ignore' });
  const exit = once(child, 'exit');
  if (killAfterMs !== undefined) {
    await Promise.race([delay(killAfterMs), exit]);
    child.kill('SIGKILL');
  }
  const [code] = await exit;
  return code as number | null;
}

const customers = (count: number): OrderRow[] =>
  Array.from({ length: count }, (_, n) => [`c${n}`, '2011-12-01', n + 1]);

/** What is published of each table, by the number of customers it speaks of. */
const published = (home: SqlRunnerHome) =>
  home.query(
    `SELECT (SELECT COUNT(*) FROM orders), (SELECT COUNT(*) FROM customer_activity),
       (SELECT MAX(customers) FROM rfm_thresholds), (SELECT COUNT(*) FROM rfm),
       (SELECT CAST(MAX(value) AS INT64) FROM rfm_metrics WHERE metric = 'rfm.customers'),
       (SELECT run_id FROM _triad.publications WHERE table_name = 'rfm')`,
  );

test('killed at any moment, a step has published all of its tables or none', async () => {
  const home = await SqlRunnerHome.create();
  const load = async (count: number) => {
    const runId = home.nextRunId();
    const source = await orderSource(customers(count));
    await home.step({ kind: 'load', runId, params: { source } });
    return runId;
  };
  let standing = await load(3);
  await home.step({ kind: 'sql', runId: standing });
  let size = 3n;

  const began = performance.now();
  const whole = await load(4);
  assert.equal(await stepProcess(home, whole), 0);
  const duration = performance.now() - began;
  [standing, size] = [whole, 4n];

  for (let kill = 1; kill <= 5; kill++) {
    const count = 10 + kill;
    const runId = await load(count);
    await stepProcess(home, runId, duration * (0.4 + 0.12 * kill));
    const [row = []] = await published(home);
    const happened = row[5] === runId;
    if (happened) [standing, size] = [runId, BigInt(count)];
    assert.deepEqual(row, [size, size, size, size, size, standing]);
  }
});
