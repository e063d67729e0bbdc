import { parseArgs } from 'node:util';
import { fitMaster, fitSample } from './fits.ts';
import { type Measurement, measure } from './measure.ts';
import { pipeline } from './pipeline.ts';
import { drain } from './queue.ts';
import { renderMeasurements } from './render.ts';
import { runPages } from './run-list.ts';
import { tickToJob } from './schedules.ts';
import { boot, dispatch, memory } from './services.ts';
import { simulation } from './simulation.ts';
import { fortyCold, fortyPooled, fortyWarm, threeInProcess, threeWarm } from './steps.ts';

/*
 * Usage: npm run bench [-- --json] [-- --rounds N] [-- --only word]
 * A table for people, or with --json a list of measurements. No figure is ever a pass or a fail.
 */

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '5' },
    only: { type: 'string', default: '' },
  },
});

const benchmarks = [
  pipeline,
  boot,
  dispatch,
  fortyWarm,
  fortyPooled,
  fortyCold,
  threeInProcess,
  threeWarm,
  tickToJob,
  drain,
  runPages,
  simulation,
  fitSample,
  fitMaster,
  memory,
];

const measurements: Measurement[] = [];
for (const benchmark of benchmarks) {
  if (!benchmark.name.toLowerCase().includes(values.only.toLowerCase())) continue;
  const lacking = benchmark.lacks?.();
  if (lacking !== undefined) {
    process.stderr.write(`not measured: ${benchmark.name} needs ${lacking}\n`);
    continue;
  }
  process.stderr.write(`measuring: ${benchmark.name}\n`);
  measurements.push(await measure(benchmark, Number(values.rounds)));
}
console.log(values.json ? JSON.stringify(measurements, null, 2) : renderMeasurements(measurements));
