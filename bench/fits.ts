import { join } from 'node:path';
import { epochDay } from '@triad/shared/clock/epoch-day.ts';
import { readCdnow } from '../tests/harness/clv/orders.ts';
import { fitBgNbd } from '../trainer/learners/clv/bg-nbd.ts';
import { bgNbdLogLikelihood } from '../trainer/learners/clv/bg-nbd-likelihood.ts';
import { collapsePurchaseDays } from '../trainer/learners/clv/purchase-days.ts';
import { groupHistories } from '../trainer/learners/clv/purchase-histories.ts';
import { summarize } from '../trainer/learners/clv/summarize.ts';
import { type Benchmark, lacksFile, timed } from './measure.ts';
import { repository } from './processes.ts';

const CALIBRATION_END = epochDay('1997-09-30');
const MAX_ITERATIONS = 500;
const WARM_UP_FITS = 10;

/** BG/NBD by maximum likelihood, from customer summaries to parameters. */
function fit(name: string, file: string, target: number): Benchmark {
  const path = join(repository, '../shared/data/cdnow', file);
  const summariesOf = once(() => {
    const purchases = collapsePurchaseDays(readCdnow(path), CALIBRATION_END);
    return summarize(purchases, CALIBRATION_END, 7);
  });
  const evaluate = once(() => bgNbdLogLikelihood(groupHistories(summariesOf())));
  return {
    name,
    mode: 'hot, in process',
    unit: 'ms',
    target,
    lacks: lacksFile(path),
    limitOf: 'one evaluation of the likelihood and its gradient',
    limit: () => timed(async () => evaluate()([0.25, 4.5, 0.8, 2.5])),
    async open() {
      const sample = () => timed(async () => fitBgNbd(summariesOf(), MAX_ITERATIONS));
      for (let i = 0; i < WARM_UP_FITS; i++) await sample();
      return { sample, close: async () => {} };
    },
  };
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

export const fitSample = fit('BG/NBD fit, CDNOW sample', 'CDNOW_sample.txt', 30);
export const fitMaster = fit('BG/NBD fit, CDNOW master', 'CDNOW_master.txt', 150);
