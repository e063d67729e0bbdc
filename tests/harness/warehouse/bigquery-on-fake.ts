import { type Clock, systemClock } from '@triad/shared/clock/clock.ts';
import { TriadError } from '@triad/shared/errors/triad-error.ts';
import { bigQueryOpener } from '@triad/shared/warehouse/bigquery-engine.ts';
import type { BigQueryOptions } from '@triad/shared/warehouse/bigquery-options.ts';
import type { BigQueryWarehouse } from '@triad/shared/warehouse/bigquery-warehouse.ts';
import type { OpenOptions } from '@triad/shared/warehouse/warehouse.ts';
import { temporaryDirectory } from '../temporary-directory.ts';
import { FakeBigQuery } from './fake-bigquery.ts';

/** No pause between attempts is longer, in milliseconds. */
const longestPauseMs = 32_000;

/**
 * A clock on which pauses take no time; it keeps how long they were, in milliseconds. What is set
 * for later is no pause but a limit, and passes as time does.
 */
export function hastyClock(): Clock & { waits: number[] } {
  const waits: number[] = [];
  return {
    waits,
    now: systemClock.now,
    setTimer(delayMs, callback) {
      if (delayMs > longestPauseMs) return systemClock.setTimer(delayMs, callback);
      waits.push(delayMs);
      return systemClock.setTimer(0, callback);
    },
  };
}

export interface OnFake {
  fake: FakeBigQuery;
  clock: ReturnType<typeof hastyClock>;
  open(request?: Partial<OpenOptions>): Promise<BigQueryWarehouse>;
}

/** How to reach a fake server as a warehouse of the namespace `dev`. */
export async function optionsOnFake(fake: FakeBigQuery): Promise<BigQueryOptions> {
  let openings = 0;
  return {
    project: 'shop-1',
    namespace: 'dev',
    defaultDataset: 'triad',
    endpoint: fake.url,
    anonymous: true,
    scratch: await temporaryDirectory(),
    clock: systemClock,
    ids: { next: () => `opening${++openings}` },
  };
}

/** A fake server, with ways to open it as a warehouse of the namespace `dev`. */
export async function bigQueryOnFake(options: Partial<BigQueryOptions> = {}): Promise<OnFake> {
  const fake = await FakeBigQuery.start();
  const clock = hastyClock();
  const opener = bigQueryOpener({ ...(await optionsOnFake(fake)), clock, ...options });
  const open: OnFake['open'] = (request) =>
    opener.open({ write: true, commandId: '01h:rfm:1', ...request });
  return { fake, clock, open };
}

/** Whether an error has the code, retryable or not. */
export const coded = (code: string, retryable: boolean) => (error: unknown) => {
  if (!(error instanceof TriadError)) throw error;
  if (error.code !== code || error.retryable !== retryable) throw error;
  return true;
};
