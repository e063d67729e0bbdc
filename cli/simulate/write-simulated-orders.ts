import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { epochDay } from '@triad/shared/clock/epoch-day.ts';
import { isSystemError } from '@triad/shared/errors/system-error.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import { type Simulation, simulateOrders } from '@triad/shared/simulate/simulate-orders.ts';

export interface SimulatedWindow {
  customers: number;
  seed: number;
  /** First and last day that can have an order; two years by default. */
  start?: string;
  end?: string;
}

export interface SimulatedFile {
  orders: number;
  /** Dates of the first and the last order. */
  firstDate: string;
  lastDate: string;
}

const DEFAULT_START = '2023-01-01';
const BATCH = 1000;

/**
 * Writes simulated orders as CSV with the columns id_customer, order_date and sales_ar. The file
 * appears whole or not at all. The same arguments always write the same bytes.
 */
export async function writeSimulatedOrders(
  file: string,
  window: SimulatedWindow,
): Promise<SimulatedFile> {
  const simulation = simulationOf(window);
  const written = { orders: 0, firstDate: '', lastDate: '' };
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeWhole(file, csvChunks(simulation, written));
  } catch (error) {
    throw writeFailure(file, error);
  }
  return written;
}

async function writeWhole(file: string, chunks: Iterable<string>): Promise<void> {
  const draft = `${file}.${process.pid}.part`;
  try {
    await pipeline(Readable.from(chunks), createWriteStream(draft));
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

function simulationOf({
  customers,
  seed,
  start = DEFAULT_START,
  end,
}: SimulatedWindow): Simulation {
  if (end === undefined) return { customers, seed, start_date: start };
  if (end < start) {
    throw new TriadError('USAGE', { reason: `--end ${end} is before --start ${start}.` });
  }
  const window_days = epochDay(end) - epochDay(start) + 1;
  return { customers, seed, start_date: start, window_days };
}

/** CSV in pieces of 1000 orders; keeps count in `written`. */
function* csvChunks(simulation: Simulation, written: SimulatedFile): Generator<string> {
  let chunk = 'id_customer,order_date,sales_ar\n';
  for (const { id_customer, order_date, sales_ar } of simulateOrders(simulation)) {
    chunk += `${id_customer},${order_date},${sales_ar.toFixed(2)}\n`;
    if (written.orders === 0) written.firstDate = order_date;
    written.lastDate = order_date;
    written.orders++;
    if (written.orders % BATCH === 0) {
      yield chunk;
      chunk = '';
    }
  }
  yield chunk;
}

function writeFailure(file: string, error: unknown): unknown {
  if (isSystemError(error, 'ENOSPC', 'EDQUOT')) {
    return new TriadError('DISK_FULL', { path: file }, { cause: error });
  }
  if (isSystemError(error, 'EACCES', 'EPERM', 'EROFS', 'EISDIR', 'ENOENT', 'ENOTDIR', 'EEXIST')) {
    const reason = `--out ${file} cannot be written: ${error.code}.`;
    return new TriadError('USAGE', { reason }, { cause: error });
  }
  return error;
}
