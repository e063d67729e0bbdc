import { join } from 'node:path';
import { epochDay, isoDateOf } from '@triad/shared/clock/epoch-day.ts';
import type { RunView } from '@triad/shared/contracts/run-view.ts';
import { cliExitCode } from '@triad/shared/errors/exit-code.ts';
import type { Command, CommandContext } from '../command-context.ts';
import { concludeRun } from '../conclude-run.ts';
import { compareWithTruth, modelQuality } from '../render/model-quality.ts';
import { nextText } from '../render/next-text.ts';
import { formatCount } from '../render/quantities.ts';
import { printReport } from '../report-run.ts';
import { writeSimulatedOrders } from '../simulate/write-simulated-orders.ts';
import { withSystem } from '../system/system-session.ts';
import { awaitOtherRuns, watchRun } from '../watch-run.ts';

const CUSTOMERS = 5000;
const SEED = 1;
const FIRST_DAY = '2023-01-01';
const DAYS = 730;
const LAST_DAY = isoDateOf(epochDay(FIRST_DAY) + DAYS - 1);

/** `triad demo`: the reference pipeline on customers whose true parameters are known, on this machine. */
export const demo: Command<[options: { json?: boolean }]> = async (given, { json = false }) => {
  const context = { ...given, config: { ...given.config, systemUrl: undefined } };
  const { out, err } = context.terminal;
  const file = join(context.config.home, 'demo', 'orders.csv');
  const window = { customers: CUSTOMERS, seed: SEED, start: FIRST_DAY, end: LAST_DAY };
  const { orders } = await writeSimulatedOrders(file, window);
  err.line(
    `Simulated ${formatCount(orders)} orders of ${formatCount(CUSTOMERS)} customers: ${file}`,
  );

  const run = await runPipeline(context, file);
  if (run.state !== 'succeeded') {
    return concludeRun(context, run, { json });
  }
  if (json) {
    out.line(JSON.stringify({ run, truth: compareWithTruth(run.metrics) }, null, 2));
    return cliExitCode.ok;
  }
  await printReport(context, run);
  out.line();
  out.line(modelQuality(run.metrics, out.style));
  out.line();
  out.line(
    nextText([
      'sql "SELECT * FROM clv ORDER BY clv DESC LIMIT 10"',
      'run rfm --source orders:YOUR-ORDERS.csv --run-date YYYY-MM-DD',
    ]),
  );
  return cliExitCode.ok;
};

const runPipeline = (context: CommandContext, file: string): Promise<RunView> =>
  withSystem(context, async (session) => {
    const started = await session.orchestrator.createRun({
      pipeline: 'rfm',
      runDate: LAST_DAY,
      params: { source: `orders:${file}` },
      seed: SEED,
    });
    const ended = await watchRun(context, session, started);
    await awaitOtherRuns(context, session);
    return ended;
  });
