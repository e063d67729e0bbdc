import { join } from 'node:path';
import { freshDirectory } from './fresh-directory.ts';
import { type Benchmark, lacksFile, stateless, timed } from './measure.ts';
import { repository, runNode } from './processes.ts';

const onlineRetail = join(repository, '../shared/data/online_retail/online_retail_541909.parquet');

/** The whole reference pipeline as a user starts it, against its SQL and its fit without Triad. */
export const pipeline: Benchmark = {
  name: 'Online Retail, whole pipeline',
  mode: 'cold CLI start, eight fresh job processes',
  unit: 'ms',
  lacks: lacksFile(onlineRetail),
  target: 6000,
  limitOf: 'the same SQL straight in DuckDB plus the fit, one process',
  limit: () => timed(() => runNode(['bench/raw-pipeline.ts', onlineRetail])),
  open: stateless(async () => {
    const home = await freshDirectory();
    return timed(() =>
      runNode(
        [
          'cli/main.ts',
          'run',
          'rfm',
          '--source',
          `online-retail:${onlineRetail}`,
          '--run-date',
          '2011-12-10',
          '--json',
        ],
        { TRIAD_HOME: home },
      ),
    );
  }),
};
