import { resolve } from 'node:path';
import { cliExitCode } from '@triad/shared/errors/exit-code.ts';
import type { Command } from '../command-context.ts';
import { nextText } from '../render/next-text.ts';
import { formatCount } from '../render/quantities.ts';
import { writeSimulatedOrders } from '../simulate/write-simulated-orders.ts';

export interface SimulateOptions {
  customers: number;
  /** The CSV file to write. */
  out: string;
  seed: number;
  /** First and last day that can have an order. */
  start?: string;
  end?: string;
  json?: boolean;
}

/** `triad simulate`: writes orders of customers whose true parameters are known. */
export const simulate: Command<[options: SimulateOptions]> = async (context, options) => {
  const { out } = context.terminal;
  const file = resolve(context.callerDirectory, options.out);
  const { orders, firstDate, lastDate } = await writeSimulatedOrders(file, options);
  if (options.json) {
    const { customers, seed } = options;
    out.line(JSON.stringify({ file, customers, orders, seed, firstDate, lastDate }, null, 2));
    return cliExitCode.ok;
  }
  out.line(`${formatCount(orders)} orders of ${formatCount(options.customers)} customers: ${file}`);
  out.line(nextText([`run rfm --source orders:${file} --run-date ${lastDate}`]));
  return cliExitCode.ok;
};
