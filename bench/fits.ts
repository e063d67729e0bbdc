import { join } from 'node:path';
import { epochDay } from '@triad/shared/clock/epoch-day.ts';
import { readCdnow } from '../tests/harness/clv/orders.ts';
import { fitBgNbd } from '../trainer/learners/clv/bg-nbd.ts';
import { collapsePurchaseDays } from '../trainer/learners/clv/purchase-days.ts';
import { summarize } from '../trainer/learners/clv/summarize.ts';
import { type Benchmark, timed } from './measure.ts';
import { repository } from './processes.ts';

const CALIBRATION_END = epochDay('1997-09-30');
const MAX_ITERATIONS = 500;
const WARM_UP_FITS = 10;

/** BG/NBD by maximum likelihood, from customer summaries to parameters. */
const fit = (name: string, file: string, target: number): Benchmark => ({
  name,
  mode: 'hot, in process',
  unit: 'ms',
  target,
  limitOf: 'none measured',
  limit: null,
  async open() {
    const orders = readCdnow(join(repository, '../shared/data/cdnow', file));
    const purchases = collapsePurchaseDays(orders, CALIBRATION_END);
    const summaries = summarize(purchases, CALIBRATION_END, 7);
    const sample = () => timed(async () => fitBgNbd(summaries, MAX_ITERATIONS));
    for (let i = 0; i < WARM_UP_FITS; i++) await sample();
    return { sample, close: async () => {} };
  },
});

export const fitSample = fit('BG/NBD fit, CDNOW sample', 'CDNOW_sample.txt', 30);
export const fitMaster = fit('BG/NBD fit, CDNOW master', 'CDNOW_master.txt', 150);
